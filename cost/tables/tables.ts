// Creates the tables of docs/scale-and-cost.md; `npm run cost` prints some of them for any load.
import { heartbeatCeilingOf } from '#core/broadcasting/heartbeat-pace';
import { billOf, dollarsOf } from '../model/bill';
import { busyTables } from './busy-tables';
import { secondsToLastClient, workersOf } from '../model/fan-out-time';
import { defaultLoad, type Load } from '../model/load';
import { needsOf } from '../model/quotas';
import { simulateFanOut, type Simulation } from '../simulation/simulation';
import { count, dollars, formatTable, seconds } from './table';
import { defaultQuota } from '../model/token-bucket';

/** Numbers of connections that the document compares. */
const sizes = [1_000, 10_000, 100_000, 1_000_000] as const;

/** A load, with the heading of its column. */
export type Column = readonly [name: string, load: Load];

/** The bills of loads, with one row for each item. */
export function billTable(columns: readonly Column[]): string {
  const bills = columns.map(([, load]) => billOf(load));
  const items = [...new Set(bills.flatMap((bill) => bill.items.map(({ item }) => item)))];
  const row = (name: string, of: (bill: ReturnType<typeof billOf>) => number) => [
    name,
    ...bills.map((bill) => dollars(of(bill))),
  ];
  return formatTable(
    ['dollars a month', ...columns.map(([name]) => name)],
    [
      ...items.map((item) => row(item, (bill) => dollarsOf(bill, item))),
      row('total', (bill) => bill.dollars),
    ],
  );
}

/** The share of heartbeats in the bill for both values of `heartbeat`, with one row for each event rate. */
export function heartbeatTable(load: Load, rates: readonly number[]): string {
  return formatTable(
    [
      'events a second',
      'heartbeats, always',
      'of the bill',
      'when idle',
      'of the bill',
      'saved a month',
    ],
    rates.map((eventsPerSecond) => {
      const bills = (['always', 'when-idle'] as const).map((heartbeat) =>
        billOf({ ...load, eventsPerSecond, heartbeat }),
      );
      const cells = bills.flatMap((bill) => {
        const heartbeats = dollarsOf(bill, 'heartbeats');
        return [dollars(heartbeats), `${((heartbeats / bill.dollars) * 100).toFixed(0)} %`];
      });
      const [always, whenIdle] = bills.map((bill) => bill.dollars);
      return [String(eventsPerSecond), ...cells, dollars((always ?? 0) - (whenIdle ?? 0))];
    }),
  );
}

/** The time until an event reaches the last client, with the default quotas and with those that should be requested. */
export function timeTable(loads: readonly Load[]): string {
  return formatTable(
    [
      'connections',
      'workers',
      'last client has a single event after',
      'quota to request: requests/s',
      '`maxPostsPerSecond`',
      'last client then after',
      'all reconnected after an outage in',
      'quota to request: new connections/s',
    ],
    loads.map((load) => {
      const needs = needsOf(load);
      return [
        count(load.connections),
        String(workersOf(load)),
        seconds(secondsToLastClient(load)),
        needs.requestsPerSecond > defaultQuota.perSecond ? count(needs.requestsPerSecond) : '–',
        count(needs.maxPostsPerSecond),
        seconds(needs.secondsToLastClient),
        seconds(needs.reconnectSeconds),
        needs.handshakesPerSecond > 500 ? count(needs.handshakesPerSecond) : '–',
      ];
    }),
  );
}

/** Simulated fan-outs under the default quota, with one row for each. */
export async function simulationTable(
  simulations: readonly (readonly [name: string, simulation: Simulation])[],
): Promise<string> {
  const rows: string[][] = [];
  for (const [name, simulation] of simulations) {
    const { delivered, throttled, left, seconds: time } = await simulateFanOut(simulation);
    const { workers, ceiling, fanOuts, heartbeatCeiling } = simulation;
    rows.push([
      name,
      count(workers * fanOuts + (heartbeatCeiling === undefined ? 0 : 1)),
      count(ceiling),
      ...[delivered, throttled, left].map(count),
      seconds(time),
    ]);
  }
  return formatTable(
    [
      'fan-out',
      'workers',
      'posts/s of each',
      'delivered',
      'answered 429',
      'requeued',
      'last client after',
    ],
    rows,
  );
}

/** The simulation of simultaneous fan-outs of this load, with its settings and the default quota. */
export function simulationOf(load: Load, fanOuts = 1): Simulation {
  const workers = workersOf(load);
  const ceiling = Math.floor(load.maxPostsPerSecond / workers);
  const connections = Math.max(1, Math.round(load.connections * load.watchedShare));
  return { connections, fanOuts, workers, ceiling, quota: defaultQuota };
}

/** The tables of docs/scale-and-cost.md, by the names of their placeholders. */
export async function documentTables(): Promise<Readonly<Record<string, string>>> {
  const loads = sizes.map((connections) => ({ ...defaultLoad, connections }));
  // A slower pace would make fewer flushes, so the recommended pace is used.
  const columns = loads.map((load): Column => {
    const { maxPostsPerSecond } = needsOf(load);
    return [count(load.connections), { ...load, maxPostsPerSecond }];
  });
  const of = (connections: number) => ({ ...defaultLoad, connections });
  return {
    bill: billTable(columns),
    ...busyTables(),
    heartbeat: heartbeatTable(defaultLoad, [0, 0.01, 0.1, 1]),
    time: timeTable(loads),
    simulation: await simulationTable([
      ['1,000 connections', simulationOf(of(1_000))],
      ['10,000', simulationOf(of(10_000))],
      [
        '10,000, an event and a heartbeat at once',
        {
          ...simulationOf(of(10_000)),
          heartbeatCeiling: heartbeatCeilingOf(of(10_000)),
        },
      ],
      ['10,000, two events at once', simulationOf(of(10_000), 2)],
      ['10,000, of which 100 do not read', { ...simulationOf(of(10_000)), stuck: 100 }],
      ['20,000', simulationOf(of(20_000))],
      [
        '20,000, if each worker could post as fast as one alone',
        { ...simulationOf(of(20_000)), ceiling: 8_000 },
      ],
      ['100,000', simulationOf(of(100_000))],
    ]),
  };
}
