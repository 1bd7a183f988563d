// The records of the simulated connections: the share without batches, in total and in each shard.
import { createSimulatedConnections } from '#cost/simulation/simulated-table';
import { shards } from '#core/shard';

/** The numbers of connections with and without batches in each shard. */
async function countsOf(count: number, share: number) {
  const connections = createSimulatedConnections(count, share, async (work) => work());
  return Promise.all(
    shards.map(async (shard) => {
      const counts = { batched: 0, documented: 0 };
      for await (const page of connections.pages(shard)) {
        for (const { batches } of page) counts[batches === true ? 'batched' : 'documented'] += 1;
      }
      return counts;
    }),
  );
}

it.each([
  [1, 0.5],
  [5, 0.2],
  [100, 0],
  [100, 0.01],
  [100, 0.1],
  [100, 0.5],
  [100, 1],
  // 100 connections without batches, which must not all be in one shard.
  [1_600, 1 / 16],
  [20_000, 0.1],
])(
  'creates %d connections with the share %d without batches, equally in every shard',
  async (count, share) => {
    const byShard = await countsOf(count, share);
    const sum = (of: (counts: (typeof byShard)[number]) => number) =>
      byShard.reduce((total, counts) => total + of(counts), 0);
    expect(sum(({ batched, documented }) => batched + documented)).toBe(count);
    expect(Math.abs(sum(({ documented }) => documented) - count * share)).toBeLessThanOrEqual(0.5);
    for (const { batched, documented } of byShard) {
      expect(Math.abs(documented - (batched + documented) * share)).toBeLessThan(1.5);
    }
  },
);
