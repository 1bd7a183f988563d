import { setImmediate } from 'node:timers/promises';
import { mapConcurrently } from '#core/map-concurrently';

/** A task that records its calls, and the maximum number of concurrent calls. */
function counted(task: (item: number) => number) {
  const begun: number[] = [];
  let [running, most] = [0, 0];
  return {
    begun,
    most: () => most,
    task: async (item: number) => {
      begun.push(item);
      running += 1;
      most = Math.max(most, running);
      await setImmediate();
      running -= 1;
      return task(item);
    },
  };
}

const items = Array.from({ length: 100 }, (_, item) => item);

it('maps all items in order, with at most the given number of concurrent tasks', async () => {
  const work = counted((item) => item * 2);
  await expect(mapConcurrently(8, items, work.task)).resolves.toEqual(
    items.map((item) => item * 2),
  );
  expect(work.begun).toEqual(items);
  expect(work.most()).toBe(8);
});

it('starts no further task after one has failed', async () => {
  const work = counted((item) => {
    if (item === 3) throw new Error('no more');
    return item;
  });
  await expect(mapConcurrently(2, items, work.task)).rejects.toThrow('no more');
  await setImmediate();
  await setImmediate();
  expect(work.begun).toEqual([0, 1, 2, 3, 4]);
});

it('returns an empty array for no items', async () => {
  await expect(mapConcurrently(2, [], () => Promise.reject(new Error('no')))).resolves.toEqual([]);
});
