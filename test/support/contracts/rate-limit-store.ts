// The contract of every RateLimitStore; tests run it against each implementation.
import fc from 'fast-check';
import type { RateLimit, RateLimitStore } from '#core/connections/ports';

const start = 1_707_163_200_000;
const limit: RateLimit = { perMinute: 60, burst: 20 };

export function describeRateLimitStore(
  name: string,
  create: () => RateLimitStore | Promise<RateLimitStore>,
): void {
  describe(`${name}, a rate limit store`, () => {
    const takeMany = (store: RateLimitStore, count: number, now: number) =>
      Promise.all(
        Array.from({ length: count }, () => store.take('ann', 'messages', limit, now)),
      ).then((taken) => taken.filter(Boolean).length);

    it('grants the burst at once, and then tokens at the rate', async () => {
      const store = await create();
      await expect(takeMany(store, 100, start)).resolves.toBe(20);
      await expect(takeMany(store, 100, start + 999)).resolves.toBe(0);
      await expect(takeMany(store, 100, start + 1_000)).resolves.toBe(1);
      await expect(takeMany(store, 100, start + 6_500)).resolves.toBe(5);
    });

    it('never grants more than the burst at once', async () => {
      const store = await create();
      await takeMany(store, 20, start);
      await expect(takeMany(store, 100, start + 3_600_000)).resolves.toBe(20);
    });

    it('counts each user and each purpose separately', async () => {
      const store = await create();
      const one: RateLimit = { perMinute: 1, burst: 1 };
      for (const [user, what] of [
        ['ann', 'messages'],
        ['ann', 'handshakes'],
        ['bob', 'messages'],
        ['ann#', 'messages'],
        ['ann%23', 'messages'],
      ] as const) {
        await expect(store.take(user, what, one, start)).resolves.toBe(true);
        await expect(store.take(user, what, one, start)).resolves.toBe(false);
      }
    });

    it.each([
      [90, 10],
      [70, 3],
      [7, 20],
    ])('at %i per minute grants the burst of %i exactly', async (perMinute, burst) => {
      const store = await create();
      for (const now of [start, start + 3_600_001]) {
        let taken = 0;
        while (await store.take('ann', 'messages', { perMinute, burst }, now)) taken += 1;
        expect(taken).toBe(burst);
      }
    });

    it('after being emptied until a time, grants nothing before it and one token at that time', async () => {
      const store = await create();
      await expect(takeMany(store, 1, start)).resolves.toBe(1);
      await store.empty('ann', 'messages', limit, start + 60_000);
      // An earlier time does not shorten it.
      await store.empty('ann', 'messages', limit, start + 30_000);
      await expect(takeMany(store, 3, start + 59_998)).resolves.toBe(0);
      await expect(takeMany(store, 3, start + 60_000)).resolves.toBe(1);
      await expect(takeMany(store, 100, start + 63_000)).resolves.toBe(3);
      await store.empty('bob', 'messages', limit, start + 60_000);
      await expect(store.take('bob', 'messages', limit, start + 59_000)).resolves.toBe(false);
      await expect(store.take('bob', 'messages', limit, start + 60_000)).resolves.toBe(true);
    });

    it('grants exactly the tokens of a reference token bucket', async () => {
      const step = fc.record({ wait: fc.nat(5_000), takes: fc.integer({ min: 1, max: 4 }) });
      const store = await create();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(7, 30, 60, 70, 90, 131),
          fc.integer({ min: 1, max: 5 }),
          fc.array(step, { maxLength: 8 }),
          async (perMinute, burst, steps) => {
            const what = `run-${(run += 1)}`;
            let now = start;
            // The unit is 1/60,000 of a token, so that each millisecond adds an integer and nothing is rounded.
            const token = 60_000;
            let level = burst * token;
            for (const { wait, takes } of steps) {
              now += wait;
              level = Math.min(burst * token, level + wait * perMinute);
              for (let take = 0; take < takes; take += 1) {
                const isThere = level >= token;
                if (isThere) level -= token;
                await expect(store.take('ann', what, { perMinute, burst }, now)).resolves.toBe(
                  isThere,
                );
              }
            }
          },
        ),
        { numRuns: 30 },
      );
    });
  });
}
