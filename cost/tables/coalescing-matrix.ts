// Creates the table that compares coalescing with a fan-out for each event, under the account's quota.
import { simulateCoalescing } from '../simulation/coalescing-simulation';
import { workersOf } from '../model/fan-out-time';
import { defaultLoad, withoutFlushes, type Load } from '../model/load';
import { count, formatTable, seconds, share } from './table';
import { defaultQuota } from '../model/token-bucket';

/** Events a second, and numbers of connections, that the document compares. */
const rates = [1, 10, 50, 300, 1_000] as const;
const sizes = [100, 1_000, 10_000, 100_000] as const;

/** Duration of the events. It is longer for large fan-outs, which take twelve seconds or more. */
const trafficSeconds = (load: Load) => (workersOf(load) === 1 ? 10 : 20);

const head = [
  'connections, events a second',
  'posts a second',
  'answered 429',
  'oldest event',
  'flushes until then',
  'superseded, of all events',
  'without coalescing: posts a second',
  'answered 429',
  'oldest event',
];

/** Whether a load is small enough to be simulated within some seconds. */
export function isSimulated(load: Load): boolean {
  const { connections, eventsPerSecond, coalesceMilliseconds, watchedShare } = load;
  if (coalesceMilliseconds === 'off' || eventsPerSecond === 0) return false;
  // In the simulation, every connection gets every event.
  if (watchedShare < 1) return false;
  return connections <= 100_000 && eventsPerSecond <= 1_000;
}

/**
 * One row for each load, with and without coalescing.
 * @throws Error if an event did not reach all connections
 */
export async function coalescingMatrix(loads: readonly Load[]): Promise<string> {
  const rows: string[][] = [];
  for (const load of loads) rows.push(await rowOf(load));
  return formatTable(head, rows);
}

async function rowOf(load: Load): Promise<string[]> {
  const { connections, eventsPerSecond } = load;
  const result = await simulateCoalescing({ load, seconds: trafficSeconds(load) });
  if (result.lost > 0) throw new Error(`${result.lost} events did not reach everybody.`);
  return [
    `${count(connections)}, ${count(eventsPerSecond)}`,
    count(result.posts / result.seconds),
    count(result.throttled),
    secondsUpTo(result.oldestSeconds),
    count(result.oldestFlushes),
    share(result.superseded / result.events),
    ...(await before(load)),
  ];
}

/** Rounded up to tenths. */
function secondsUpTo(number: number): string {
  return seconds(Math.ceil(number * 10) / 10);
}

/** The cells for the same load without coalescing. Above the quota, the delay grows without limit. */
async function before(load: Load): Promise<string[]> {
  const needed = load.connections * load.eventsPerSecond;
  if (needed > defaultQuota.perSecond) return [count(needed), '–', 'unlimited'];
  const former = withoutFlushes(load);
  const { throttled, oldestSeconds } = await simulateCoalescing({
    load: former,
    seconds: trafficSeconds(load),
  });
  return [count(needed), count(throttled), secondsUpTo(oldestSeconds)];
}

/** The table of docs/scale-and-cost.md, by the name of its placeholder. Takes half a minute. */
export async function coalescingTables(): Promise<Readonly<Record<string, string>>> {
  const loads = sizes.flatMap((connections) =>
    rates.map((eventsPerSecond) => ({ ...defaultLoad, connections, eventsPerSecond })),
  );
  return { [coalescingPlace]: await coalescingMatrix(loads) };
}

/** The name of the table's placeholder. */
export const coalescingPlace = 'coalescing-simulation';
