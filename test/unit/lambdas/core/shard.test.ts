import fc from 'fast-check';
import { shardCount, shardOf } from '#core/shard';
import { anyCharacter } from '#test/support/data/any-text';

it('returns a valid shard for any user id', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (id) => {
      const shard = shardOf(id);
      expect(Number.isInteger(shard) && shard >= 0 && shard < shardCount).toBe(true);
    }),
  );
});

it('returns the same shards as earlier versions, because stored connections are found by them', () => {
  expect(['alice', 'bob', 'user-1', '', 'ä#%'].map(shardOf)).toMatchInlineSnapshot(`
   [
     5,
     2,
     7,
     9,
     13,
   ]
  `);
});

it.each([
  ['numbered', (index: number) => `user-${index}`],
  ['Cognito-like', (index: number) => `3f2504e0-4f89-41d3-9a0c-${String(index).padStart(12, '0')}`],
  ['e-mail', (index: number) => `person${index * 7}@example.com`],
])('spreads %s ids evenly', (_, idOf) => {
  const counts = new Array<number>(shardCount).fill(0);
  for (let index = 0; index < 16_000; index += 1) {
    const shard = shardOf(idOf(index));
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1_150);
});
