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

test('halves the rate when the account is throttled, once for many at the same moment, and never below the floor', () => {
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

describe('a 429 is the account’s or the connection’s own', () => {
  function setUp() {
    const clock = new FakeClock();
    const pace = createPace({ now: clock.now, ceiling: 1_000 });
    /** Answers one after the other, 1,000 a second, of a user each. */
    const answer = (users: readonly string[], isThrottled: (index: number) => boolean) => {
      users.forEach((userId, index) => {
        clock.advance(1);
        pace.answered(userId, isThrottled(index));
      });
    };
    return { clock, pace, answer };
  }
  const users = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);

  test('one in a hundred that do not read slows nobody, fan-out after fan-out', () => {
    const { pace, answer } = setUp();
    for (let fanOut = 0; fanOut < 10; fanOut += 1) {
      answer(users(2_000), (index) => index % 100 === 0);
    }
    expect(pace.rate()).toBe(1_000);
    expect(pace.isSlowed()).toBe(false);
  });

  test('nor do a whole user’s connections side by side, nor a dozen users', () => {
    const { pace, answer } = setUp();
    answer([...users(100), ...users(50).map(() => 'stuck'), ...users(100)], (index) => {
      return index >= 100 && index < 150;
    });
    answer(users(300), (index) => index >= 100 && index < 112);
    expect(pace.rate()).toBe(1_000);
  });

  test('an account that is throttled is known by its twentieth user', () => {
    const { pace, answer } = setUp();
    answer(users(19), () => true);
    expect(pace.isSlowed()).toBe(false);
    answer(['the twentieth'], () => true);
    expect(pace.rate()).toBe(500);
    expect(pace.isSlowed()).toBe(true);
  });

  test('so is one of which a third is throttled, and again if that does not help', () => {
    const { clock, pace, answer } = setUp();
    answer(users(70), (index) => index % 3 === 0);
    expect(pace.rate()).toBeLessThan(520);
    clock.advance(250);
    answer(users(70), (index) => index % 3 === 0);
    expect(pace.rate()).toBeLessThan(290);
    clock.advance(60_000);
    expect(pace.isSlowed()).toBe(false);
  });

  test('what was answered five seconds ago says nothing about now', () => {
    const { clock, pace, answer } = setUp();
    answer(users(19), () => true);
    clock.advance(5_001);
    answer(['the twentieth'], () => true);
    expect(pace.isSlowed()).toBe(false);
  });
});
