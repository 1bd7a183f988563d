import fc from 'fast-check';
import { createHeartbeatPace, heartbeatCeilingOf } from '#core/broadcasting/heartbeat-pace';
import { createPace } from '#core/posting/pace';
import { FakeClock } from '#test/support/core/fakes';

/** Posts as fast as the pace allows for `milliseconds`, and returns the number of posts. */
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

it('posts at the rate of the ceiling, for any ceiling', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 10_000 }), (ceiling) => {
      const clock = new FakeClock();
      const pace = createPace({ now: clock.now, ceiling });
      const posts = postFor(5_000, clock, pace.reserve);
      expect(posts).toBeGreaterThan(ceiling * 5 * 0.95);
      // The burst is added to the rate.
      expect(posts).toBeLessThan(ceiling * 5.5 + 2);
    }),
    { numRuns: 30 },
  );
});

it('never starts more posts in a period than the burst and the ceiling allow, for any times of requests', () => {
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
        // The maximum over all periods that end here, computed as a bucket that leaks at the rate of the ceiling.
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

it('halves the rate when the account is throttled, once for simultaneous results, and never below the floor', () => {
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

it('increases the rate gradually up to the ceiling', () => {
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

/** The number of posts that can begin immediately. */
function countAtOnce(reserve: () => number): number {
  let atOnce = 0;
  while (reserve() === 0) atOnce += 1;
  return atOnce;
}

it('saves a burst of at most half a second, and a smaller one after a shorter pause', () => {
  const clock = new FakeClock();
  const { reserve } = createPace({ now: clock.now, ceiling: 1_000 });
  expect(countAtOnce(reserve)).toBe(501);
  clock.advance(60_000);
  expect(countAtOnce(reserve)).toBe(501);
  clock.advance(200);
  expect(countAtOnce(reserve)).toBeCloseTo(200, -1);
});

it('allows no burst for a throttled account until the rate is back at the ceiling', () => {
  const clock = new FakeClock();
  const { reserve, slowDown, isSlowed } = createPace({ now: clock.now, ceiling: 1_000 });
  slowDown();
  expect(countAtOnce(reserve)).toBeLessThanOrEqual(1);
  clock.advance(4_900);
  expect(isSlowed()).toBe(true);
  // At most the posts of 50 ms, the time by which posting may lag behind the pace.
  expect(countAtOnce(reserve)).toBeLessThanOrEqual(51);
  clock.advance(100);
  expect(isSlowed()).toBe(false);
  expect(countAtOnce(reserve)).toBeLessThanOrEqual(101);
  clock.advance(10_000);
  expect(countAtOnce(reserve)).toBe(501);
});

it('discards the burst that was saved before the account was throttled', () => {
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

  it('use a quarter of the pace, without a burst', () => {
    const clock = new FakeClock();
    const pace = createHeartbeatPace({ ...settings, now: clock.now });
    expect(pace.rate()).toBe(2_000);
    clock.advance(60_000);
    expect(countAtOnce(pace.reserve)).toBeLessThanOrEqual(101);
  });

  it('use more, up to the ceiling, if they would take over a third of their interval otherwise', () => {
    expect(heartbeatCeilingOf({ ...settings, heartbeatSeconds: 6 })).toBe(5_000);
    expect(heartbeatCeilingOf({ ...settings, largeFanOutConnections: 1_000_000 })).toBe(8_000);
  });
});

describe('detection of a throttled account', () => {
  function setUp() {
    const clock = new FakeClock();
    const pace = createPace({ now: clock.now, ceiling: 1_000 });
    /** Notes one result for each entry of `users`, 1,000 a second. */
    const answer = (users: readonly string[], isThrottled: (index: number) => boolean) => {
      users.forEach((userId, index) => {
        clock.advance(1);
        pace.answered(userId, isThrottled(index));
      });
    };
    return { clock, pace, answer };
  }
  const users = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);

  it('keeps the rate if one in a hundred connections does not read, over ten fan-outs', () => {
    const { pace, answer } = setUp();
    for (let fanOut = 0; fanOut < 10; fanOut += 1) {
      answer(users(2_000), (index) => index % 100 === 0);
    }
    expect(pace.rate()).toBe(1_000);
    expect(pace.isSlowed()).toBe(false);
  });

  it('keeps the rate if many connections of one user, or those of 12 users, are throttled', () => {
    const { pace, answer } = setUp();
    answer([...users(100), ...users(50).map(() => 'stuck'), ...users(100)], (index) => {
      return index >= 100 && index < 150;
    });
    answer(users(300), (index) => index >= 100 && index < 112);
    expect(pace.rate()).toBe(1_000);
  });

  it('halves the rate at the twentieth throttled user', () => {
    const { pace, answer } = setUp();
    answer(users(19), () => true);
    expect(pace.isSlowed()).toBe(false);
    answer(['the twentieth'], () => true);
    expect(pace.rate()).toBe(500);
    expect(pace.isSlowed()).toBe(true);
  });

  it('reduces the rate if a third of the users is throttled, and again if that continues', () => {
    const { clock, pace, answer } = setUp();
    answer(users(70), (index) => index % 3 === 0);
    expect(pace.rate()).toBeLessThan(520);
    clock.advance(250);
    answer(users(70), (index) => index % 3 === 0);
    expect(pace.rate()).toBeLessThan(290);
    clock.advance(60_000);
    expect(pace.isSlowed()).toBe(false);
  });

  it('reduces the rate to an eighth if all users are still throttled after the first halving', () => {
    const { clock, pace, answer } = setUp();
    answer(users(20), () => true);
    clock.advance(250);
    const slowed = pace.rate();
    answer(users(20), () => true);
    expect(pace.rate()).toBeCloseTo(slowed / 8, 0);
  });

  it('ignores results that are more than 5 s old', () => {
    const { clock, pace, answer } = setUp();
    answer(users(19), () => true);
    clock.advance(5_001);
    answer(['the twentieth'], () => true);
    expect(pace.isSlowed()).toBe(false);
  });
});
