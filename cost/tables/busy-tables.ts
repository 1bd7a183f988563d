// Creates the tables that show the effect of coalescing, packs and longer intervals on the bill at high event rates.
import { billOf, type Bill } from '../model/bill';
import { coalescingOf } from '../model/coalescing';
import { defaultLoad, withoutFlushes, type Load } from '../model/load';
import type { Unit } from '../model/prices';
import { needsOf } from '../model/quotas';
import { count, dollars, formatTable, seconds } from './table';

/** A load with the `maxPostsPerSecond` that is recommended for it. */
function loadOf(connections: number, eventsPerSecond: number, more: Partial<Load> = {}): Load {
  const load = { ...defaultLoad, connections, eventsPerSecond, ...more };
  return { ...load, maxPostsPerSecond: needsOf(load).maxPostsPerSecond };
}

/** A hundred connections, and three hundred agents that report once a second. */
const team = loadOf(100, 300, { agents: 300, sessions: 300 });
const company = loadOf(1_000, 50);

const oncePerSecond = (load: Load): Load => ({ ...load, coalesceMilliseconds: 1_000 });
const packed = (load: Load): Load => ({ ...load, eventsPerPack: 10 });

/** One row for each load: its cost with and without coalescing, and its flushes. */
function coalescingTable(loads: readonly Load[]): string {
  const cost = (load: Load) => dollars(billOf(load).dollars);
  return formatTable(
    [
      'connections, events a second',
      'without coalescing',
      'with it',
      'a flush a second',
      'flushes a second',
      'messages in each',
      'last client within',
    ],
    loads.map((load) => {
      // All connections have batches.
      const { flushesPerSecond, intervalSeconds, flushSeconds, messages } =
        coalescingOf(load).batched;
      return [
        `${count(load.connections)}, ${load.eventsPerSecond}`,
        cost(withoutFlushes(load)),
        cost(load),
        cost(oncePerSecond(load)),
        count(flushesPerSecond),
        count(messages),
        seconds(intervalSeconds + flushSeconds),
      ];
    }),
  );
}

/** The largest items of the bill, by unit. */
const groups: readonly (readonly [name: string, units: readonly Unit[]])[] = [
  ['messages', ['webSocketMessage']],
  ['data transfer', ['sentByte']],
  ['DynamoDB', ['readUnit', 'writeUnit', 'storedByte']],
  ['EventBridge', ['event']],
  ['Lambda', ['lambdaGigabyteSecond', 'lambdaRequest']],
  ['traces', ['trace']],
];

/** The cost of variants of a load, by group of units. */
function sharesTable(columns: readonly (readonly [name: string, load: Load])[]): string {
  const bills = columns.map(([, load]) => billOf(load));
  const sum = ({ items }: Bill, isMeant: (unit: Unit) => boolean) =>
    items.filter(({ unit }) => isMeant(unit)).reduce((total, item) => total + item.dollars, 0);
  const row = (name: string, isMeant: (unit: Unit) => boolean) => [
    name,
    ...bills.map((bill) => dollars(sum(bill, isMeant))),
  ];
  return formatTable(
    ['dollars a month', ...columns.map(([name]) => name)],
    [
      ...groups.map(([name, units]) => row(name, (unit) => units.includes(unit))),
      row('other', (unit) => !groups.some(([, units]) => units.includes(unit))),
      row('total', () => true),
    ],
  );
}

const variantsOf = (load: Load) =>
  [
    ['without coalescing', withoutFlushes(load)],
    ['with it', load],
    ['packs of 10', packed(load)],
    ['a flush a second', oncePerSecond(load)],
    ['both', oncePerSecond(packed(load))],
  ] as const;

/** Tables of docs/scale-and-cost.md, by the names of their placeholders. */
export function busyTables(): Readonly<Record<string, string>> {
  return {
    coalescing: coalescingTable([
      ...[loadOf(1_000, 0.1), loadOf(1_000, 1), loadOf(1_000, 10), company],
      ...[team, loadOf(10_000, 10), loadOf(100_000, 1)],
    ]),
    'shares-100': sharesTable(variantsOf(team)),
    'shares-1000': sharesTable(variantsOf(company)),
  };
}
