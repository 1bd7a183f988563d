import { createLimit } from '../../../../lambdas/core/limit';

test('runs tasks in order, never more than allowed, and passes results and errors on', async () => {
  const limit = createLimit(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const task = (index: number) => async () => {
    order.push(index);
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    if (index === 3) throw new Error('task 3');
    return index;
  };
  const ended = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((index) => limit(task(index))));
  expect(order).toEqual([0, 1, 2, 3, 4, 5]);
  expect(most).toBe(2);
  expect(ended.map((one) => one.status)).toEqual([
    ...['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  ]);
});

test('gives a place back when nobody waits for it', async () => {
  const limit = createLimit(1);
  await limit(() => Promise.resolve());
  await expect(limit(() => Promise.resolve('again'))).resolves.toBe('again');
});
