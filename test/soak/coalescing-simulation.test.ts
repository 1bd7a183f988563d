// The coalescer, the flushes and the pace together, in simulated time: nobody is left behind, and nothing is answered 429.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { coalescingMatrix, coalescingPlace } from '#cost/tables/coalescing-matrix';
import { simulateCoalescing } from '#cost/simulation/coalescing-simulation';
import { defaultLoad, type Load } from '#cost/model/load';

const simulate = (load: Partial<Load>, seconds: number) =>
  simulateCoalescing({ load: { ...defaultLoad, ...load }, seconds });

it.each([
  [100, 1, 5],
  [100, 300, 3],
  [1_000, 50, 3],
  [10_000, 1, 4],
  // Sixteen workers share each flush.
  [20_000, 20, 2],
])(
  'to %d connections, %d events a second: all hear, none is more than two flushes old, none is answered 429',
  async (connections, eventsPerSecond, seconds) => {
    const result = await simulate({ connections, eventsPerSecond }, seconds);
    expect(result).toMatchObject({ lost: 0, throttled: 0 });
    expect(result.oldestFlushes).toBeLessThanOrEqual(2);
    // Of the bucket, and of the ceiling.
    expect(result.posts).toBeLessThanOrEqual(4_000 + 8_000 * result.seconds);
  },
);

it('at any rate of events a connection gets two flushes a second', async () => {
  const { posts, superseded } = await simulate({ connections: 100, eventsPerSecond: 100 }, 5);
  expect(posts).toBeLessThanOrEqual(100 * (5 * 2 + 2));
  expect(superseded).toBe(0);
});

it('only what there is no room for is superseded', async () => {
  const load = { connections: 10_000 };
  expect((await simulate({ ...load, eventsPerSecond: 10 }, 2)).superseded).toBe(0);
  expect((await simulate({ ...load, eventsPerSecond: 300 }, 2)).superseded).toBeGreaterThan(0);
});

it('connections without batches hear as well', async () => {
  const load = { connections: 200, eventsPerSecond: 20, documentedShare: 0.25 };
  expect(await simulate(load, 4)).toMatchObject({ lost: 0, throttled: 0, superseded: 0 });
});

it('a fan-out for each event is answered 429 where flushes are not', async () => {
  const load = { connections: 1_000, eventsPerSecond: 20 };
  expect((await simulate({ ...load, coalesceMilliseconds: 'off' }, 2)).throttled).toBeGreaterThan(
    0,
  );
  expect((await simulate(load, 2)).throttled).toBe(0);
});

it('the table of coalescing is current, of which all would take half a minute: npm run build:docs', async () => {
  const some = [
    [100, 10],
    [1_000, 50],
    [10_000, 300],
  ] as const;
  const loads = some.map(([connections, eventsPerSecond]) => {
    return { ...defaultLoad, connections, eventsPerSecond };
  });
  const rows = rowsOf(
    tableIn(
      readFileSync(path.resolve(__dirname, '../../docs/scale-and-cost.md'), 'utf8'),
      coalescingPlace,
    ),
  );
  expect(rows).toHaveLength(2 + 20);
  expect(rows).toEqual(expect.arrayContaining(rowsOf(await coalescingMatrix(loads)).slice(2)));
});

function tableIn(text: string, name: string): string {
  const [, table = ''] = new RegExp(`: ${name} -->\\n\\n([^]*?)\\n\\n<!-- end`).exec(text) ?? [];
  return table;
}

/** Cells, whatever their widths. */
function rowsOf(table: string): readonly (readonly string[])[] {
  return table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
}
