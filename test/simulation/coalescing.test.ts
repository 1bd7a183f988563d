// The coalescer, the flushes and the pace together, in simulated time: no connection falls behind, and no post gets 429.
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
  'with %d connections and %d events per second, no event is lost or more than two flushes old, and no post gets 429',
  async (connections, eventsPerSecond, seconds) => {
    const result = await simulate({ connections, eventsPerSecond }, seconds);
    expect(result).toMatchObject({ lost: 0, throttled: 0 });
    expect(result.oldestFlushes).toBeLessThanOrEqual(2);
    // The burst of the token bucket, and the maximum rate of posts.
    expect(result.posts).toBeLessThanOrEqual(4_000 + 8_000 * result.seconds);
  },
);

it('a connection gets about two flushes per second at 100 events per second', async () => {
  const { posts, superseded } = await simulate({ connections: 100, eventsPerSecond: 100 }, 5);
  expect(posts).toBeLessThanOrEqual(100 * (5 * 2 + 2));
  expect(superseded).toBe(0);
});

it('leaves out superseded events only at rates at which not all fit', async () => {
  const load = { connections: 10_000 };
  expect((await simulate({ ...load, eventsPerSecond: 10 }, 2)).superseded).toBe(0);
  expect((await simulate({ ...load, eventsPerSecond: 300 }, 2)).superseded).toBeGreaterThan(0);
});

it('connections without batches lose no events either', async () => {
  const load = { connections: 200, eventsPerSecond: 20, documentedShare: 0.25 };
  expect(await simulate(load, 4)).toMatchObject({ lost: 0, throttled: 0, superseded: 0 });
});

it('a fan-out for each event gets 429 at a rate at which flushes do not', async () => {
  const load = { connections: 1_000, eventsPerSecond: 20 };
  expect((await simulate({ ...load, coalesceMilliseconds: 'off' }, 2)).throttled).toBeGreaterThan(
    0,
  );
  expect((await simulate(load, 2)).throttled).toBe(0);
});

it('the table of coalescing in the documents is current (three of its rows are checked)', async () => {
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

/** The cells of each row, without padding. */
function rowsOf(table: string): readonly (readonly string[])[] {
  return table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
}
