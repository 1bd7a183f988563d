import fc from 'fast-check';
import { createPace } from '../../../../lambdas/core/pace';
import { FakeClock } from '../../../support/fakes';

/** Posts as fast as the pace allows for so many milliseconds, and counts. */
function postFor(milliseconds: number, clock: FakeClock, reserve: () => number): number {
  const end = clock.now() + milliseconds;
  let posts = 0;
  for (;;) {
    const early = reserve();
    if (clock.now() + early >= end) break;
    clock.advance(early);
    posts += 1;
  }
  clock.milliseconds = end;
  return posts;
}

test('keeps to the ceiling, whatever it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 10_000 }), (ceiling) => {
      const clock = new FakeClock();
      const pace = createPace({ now: clock.now, ceiling });
      const posts = postFor(5_000, clock, pace.reserve);
      expect(posts).toBeGreaterThan(ceiling * 5 * 0.95);
      // What may be caught up at once comes on top.
      expect(posts).toBeLessThan(ceiling * 5.1 + 2);
    }),
    { numRuns: 30 },
  );
});

test('halves the rate on a 429, once for many at the same moment, and never below the floor', () => {
  const clock = new FakeClock();
  const pace = createPace({ now: clock.now, ceiling: 1_000, floor: 100 });
  for (let answer = 0; answer < 50; answer += 1) pace.slowDown();
  expect(pace.rate()).toBe(500);
  clock.advance(249);
  pace.slowDown();
  expect(pace.rate()).toBeCloseTo(525, 0);
  for (let times = 0; times < 20; times += 1) {
    clock.advance(250);
    pace.slowDown();
  }
  expect(pace.rate()).toBe(100);
});

test('goes faster again, bit by bit, up to the ceiling', () => {
  const clock = new FakeClock();
  const pace = createPace({ now: clock.now, ceiling: 1_000 });
  pace.slowDown();
  clock.advance(1_000);
  expect(pace.rate()).toBe(600);
  clock.advance(3_000);
  expect(pace.rate()).toBe(900);
  clock.advance(60_000);
  expect(pace.rate()).toBe(1_000);
});

test('does not save up what it did not use', () => {
  const clock = new FakeClock();
  const pace = createPace({ now: clock.now, ceiling: 1_000 });
  clock.advance(60_000);
  let atOnce = 0;
  while (pace.reserve() === 0) atOnce += 1;
  expect(atOnce).toBeLessThanOrEqual(51);
});
