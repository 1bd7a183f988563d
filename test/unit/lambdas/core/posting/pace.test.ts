import fc from 'fast-check';
import { createHeartbeatPace, heartbeatCeilingOf } from '#core/broadcasting/heartbeat-pace';
import { createPace } from '#core/posting/pace';
import { FakeClock } from '../../../../support/core/fakes';

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

it('keeps to the ceiling, whatever it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 10_000 }), (ceiling) => {
      const clock = new FakeClock();
      const pace = createPace({ now: clock.now, ceiling });
      const posts = postFor(5_000, clock, pace.reserve);
      expect(posts).toBeGreaterThan(ceiling * 5 * 0.95);
      // What the bucket holds comes on top.
      expect(posts).toBeLessThan(ceiling * 5.5 + 2);
    }),
    { numRuns: 30 },
  );
});

it('whenever posts are asked for, no more begin in any time than the bucket holds and the ceiling gives', () => {
  const step = fc.record({
    wait: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 900, noNaN: true })),
    posts: fc.integer({ min: 0, max: 40 }),
    isThrottled: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 200 }),
      fc.array(step, { maxLength: 40 }),
      (ceiling, steps) => {
        const clock = new FakeClock();
        const pace = createPace({ now: clock.now, ceiling });
        const begun: number[] = [];
        for (const { wait, posts, isThrottled } of steps) {
          clock.advance(wait);
          if (isThrottled) pace.slowDown();
          for (let post = 0; post < posts; post += 1) begun.push(clock.now() + pace.reserve());
        }
        // Of all windows that end here, the fullest: a bucket that leaks at the ceiling.
        let level = 0;
        let before = -Infinity;
        let fullest = 0;
        for (const at of begun) {
          level = Math.max(0, level - (ceiling * (at - before)) / 1000) + 1;
          before = at;
          fullest = Math.max(fullest, level);
        }
        expect(fullest).toBeLessThanOrEqual(ceiling / 2 + 1 + 1e-3);
      },
    ),
  );
});

it('halves the rate when the account is throttled, once for many at the same moment, and never below the floor', () => {
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

it('goes faster again, bit by bit, up to the ceiling', () => {
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

/** Posts that may begin at this moment. */
function countAtOnce(reserve: () => number): number {
  let atOnce = 0;
  while (reserve() === 0) atOnce += 1;
  return atOnce;
}

it('of a long rest it saves up half a second, and of a short one as much as it was', () => {
  const clock = new FakeClock();
  const { reserve } = createPace({ now: clock.now, ceiling: 1_000 });
  expect(countAtOnce(reserve)).toBe(501);
  clock.advance(60_000);
  expect(countAtOnce(reserve)).toBe(501);
  clock.advance(200);
  expect(countAtOnce(reserve)).toBeCloseTo(200, -1);
});

it('a throttled account has no bucket to spend, until the rate is what it was', () => {
  const clock = new FakeClock();
  const { reserve, slowDown, isSlowed } = createPace({ now: clock.now, ceiling: 1_000 });
  slowDown();
  expect(countAtOnce(reserve)).toBeLessThanOrEqual(1);
  clock.advance(4_900);
  expect(isSlowed()).toBe(true);
  // No more than posting may lag behind.
  expect(countAtOnce(reserve)).toBeLessThanOrEqual(51);
  clock.advance(100);
  expect(isSlowed()).toBe(false);
  expect(countAtOnce(reserve)).toBeLessThanOrEqual(101);
  clock.advance(10_000);
  expect(countAtOnce(reserve)).toBe(501);
});

it('what was saved up before it was throttled is lost, however long nobody posts', () => {
  const clock = new FakeClock();
  const { reserve, slowDown } = createPace({ now: clock.now, ceiling: 1_000 });
  clock.advance(60_000);
  slowDown();
  clock.advance(5_200);
  expect(countAtOnce(reserve)).toBeLessThanOrEqual(251);
});

describe('heartbeats', () => {
  const settings = {
    maxPostsPerSecond: 8_000,
    largeFanOutConnections: 10_000,
    heartbeatSeconds: 30,
  };

  it('take a quarter of the pace, without a burst', () => {
    const clock = new FakeClock();
    const pace = createHeartbeatPace({ ...settings, now: clock.now });
    expect(pace.rate()).toBe(2_000);
    clock.advance(60_000);
    expect(countAtOnce(pace.reserve)).toBeLessThanOrEqual(101);
  });

  it('and more when they would not be done in a third of their interval, up to the ceiling', () => {
    expect(heartbeatCeilingOf({ ...settings, heartbeatSeconds: 6 })).toBe(5_000);
    expect(heartbeatCeilingOf({ ...settings, largeFanOutConnections: 1_000_000 })).toBe(8_000);
  });
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

  it('one in a hundred that do not read slows nobody, fan-out after fan-out', () => {
    const { pace, answer } = setUp();
    for (let fanOut = 0; fanOut < 10; fanOut += 1) {
      answer(users(2_000), (index) => index % 100 === 0);
    }
    expect(pace.rate()).toBe(1_000);
    expect(pace.isSlowed()).toBe(false);
  });

  it('nor do a whole user’s connections side by side, nor a dozen users', () => {
    const { pace, answer } = setUp();
    answer([...users(100), ...users(50).map(() => 'stuck'), ...users(100)], (index) => {
      return index >= 100 && index < 150;
    });
    answer(users(300), (index) => index >= 100 && index < 112);
    expect(pace.rate()).toBe(1_000);
  });

  it('an account that is throttled is known by its twentieth user', () => {
    const { pace, answer } = setUp();
    answer(users(19), () => true);
    expect(pace.isSlowed()).toBe(false);
    answer(['the twentieth'], () => true);
    expect(pace.rate()).toBe(500);
    expect(pace.isSlowed()).toBe(true);
  });

  it('so is one of which a third is throttled, and again if that does not help', () => {
    const { clock, pace, answer } = setUp();
    answer(users(70), (index) => index % 3 === 0);
    expect(pace.rate()).toBeLessThan(520);
    clock.advance(250);
    answer(users(70), (index) => index % 3 === 0);
    expect(pace.rate()).toBeLessThan(290);
    clock.advance(60_000);
    expect(pace.isSlowed()).toBe(false);
  });

  it('where nearly all are throttled, one halving would not do', () => {
    const { clock, pace, answer } = setUp();
    answer(users(20), () => true);
    clock.advance(250);
    const slowed = pace.rate();
    answer(users(20), () => true);
    expect(pace.rate()).toBeCloseTo(slowed / 8, 0);
  });

  it('what was answered five seconds ago says nothing about now', () => {
    const { clock, pace, answer } = setUp();
    answer(users(19), () => true);
    clock.advance(5_001);
    answer(['the twentieth'], () => true);
    expect(pace.isSlowed()).toBe(false);
  });
});
