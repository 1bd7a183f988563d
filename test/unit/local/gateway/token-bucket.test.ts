// Throttling, with an injected clock.
import { createTokenBucket } from '#local/gateway/token-bucket';

it('allows a burst, then refills at the rate, up to the size of the burst', () => {
  let now = 0;
  const bucket = createTokenBucket({ requestsPerSecond: 10, burst: 3 }, () => now);
  const takeAll = () => [1, 2, 3, 4, 5].filter(() => bucket.take()).length;
  expect(takeAll()).toBe(3);
  now += 99;
  expect(takeAll()).toBe(0);
  now += 1;
  expect(takeAll()).toBe(1);
  now += 60_000;
  expect(takeAll()).toBe(3);
});

it('allows everything without a throttle', () => {
  const bucket = createTokenBucket(undefined, () => 0);
  expect(Array.from({ length: 100_000 }, () => bucket.take())).not.toContain(false);
});
