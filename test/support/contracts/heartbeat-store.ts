// The contract of every HeartbeatStore; tests run it against each implementation.
import type { HeartbeatStore } from '#core/broadcasting/ports';

const start = 1_707_163_200_000;
const latest = start + 60_000;

export function describeHeartbeatStore(
  name: string,
  create: () => HeartbeatStore | Promise<HeartbeatStore>,
): void {
  describe(`${name}, a heartbeat store`, () => {
    it('returns the plan that was written last', async () => {
      const store = await create();
      await expect(store.plan()).resolves.toBeUndefined();
      const plan = { until: start + 300_000, heartbeatSeconds: 30 };
      await store.notePlan(plan);
      await expect(store.plan()).resolves.toEqual(plan);
      const other = { until: start, heartbeatSeconds: 540 };
      await store.notePlan(other);
      await expect(store.plan()).resolves.toEqual(other);
    });

    it('lets exactly one of many concurrent callers take a heartbeat', async () => {
      const store = await create();
      for (const dueAt of [start, start + 1_000]) {
        const taken = await Promise.all(Array.from({ length: 5 }, () => store.take(dueAt, latest)));
        expect(taken.filter(Boolean)).toHaveLength(1);
      }
    });

    it('refuses a heartbeat that is earlier than the last one taken', async () => {
      const store = await create();
      await expect(store.take(start, latest)).resolves.toBe(true);
      await expect(store.take(start - 1, latest)).resolves.toBe(false);
      await expect(store.take(start + 1, latest)).resolves.toBe(true);
    });

    it('ignores a last heartbeat that is too far in the future, from a wrong clock', async () => {
      const store = await create();
      await expect(store.take(start + 3_600_000, start + 3_660_000)).resolves.toBe(true);
      await expect(store.take(start, latest)).resolves.toBe(true);
      await expect(store.take(start, latest)).resolves.toBe(false);
    });
  });
}
