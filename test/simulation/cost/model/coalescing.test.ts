// Compares the formulas for coalescing with a simulation of its rule, and checks what holds at any load.
import fc from 'fast-check';
import { coalescingOf, eventPostsPerSecond, underWay } from '#cost/model/coalescing';
import { postsPerSecondToOne } from '#cost/model/fan-out-time';
import { defaultLoad, withoutFlushes, type Load } from '#cost/model/load';
import { averageOverPoisson } from '#cost/model/poisson';

/**
 * Simulates the rule for events at these times, in seconds. An event acquires the lease if it is free, flushes as soon as
 * the interval since the last flush is over, flushes again while there are pending events, and releases the lease.
 */
function play(times: readonly number[], interval: number, flush: number) {
  const counts = { flushes: 0, holds: 0, recorded: 0, held: 0 };
  let next = 0;
  let lastBegan = -Infinity;
  while (next < times.length) {
    const acquiredAt = times[next] ?? 0;
    counts.holds += 1;
    next += 1;
    for (;;) {
      const begins = Math.max(times[next - 1] ?? 0, acquiredAt, lastBegan + interval);
      while ((times[next] ?? Infinity) < begins) {
        counts.recorded += 1;
        next += 1;
      }
      counts.flushes += 1;
      lastBegan = begins;
      const ends = begins + flush;
      const isPending = (times[next] ?? Infinity) < ends;
      if (!isPending) {
        counts.held += ends - acquiredAt;
        break;
      }
      counts.recorded += 1;
      next += 1;
    }
  }
  return counts;
}

function poissonTimes(perSecond: number, count: number): number[] {
  let seed = 1;
  let time = 0;
  return Array.from({ length: count }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    time -= Math.log((seed + 1) / 2 ** 32) / perSecond;
    return time;
  });
}

it.each([0.05, 0.5, 2, 10, 100])(
  'matches the simulated rule at %d events a second',
  (perSecond) => {
    const load: Load = { ...defaultLoad, connections: 1_000, eventsPerSecond: perSecond };
    const model = coalescingOf(load);
    const times = poissonTimes(perSecond, 100_000);
    const seconds = times.at(-1) ?? 0;
    const played = play(times, 0.5, model.batched.flushSeconds);
    const close = (value: number, expected: number) => {
      expect(Math.abs(value - expected)).toBeLessThan(Math.max(0.02 * expected, 0.003));
    };
    close(model.flushesPerSecond, played.flushes / seconds);
    close(model.holdsPerSecond, played.holds / seconds);
    close(model.recordedPerSecond, played.recorded / seconds);
    close(model.held, played.held / seconds);
    close(model.batched.messages, times.length / played.flushes);
    close(model.batched.flushesPerSecond, model.flushesPerSecond);
  },
);

it('has one flush for each event at a low rate of events, and two flushes a second at a high rate', () => {
  const of = (eventsPerSecond: number) => coalescingOf({ ...defaultLoad, eventsPerSecond });
  expect(of(0)).toMatchObject({ flushesPerSecond: 0, held: 0, separateHeartbeats: 1 });
  expect(of(1e-4).flushesPerSecond / 1e-4).toBeCloseTo(1, 3);
  expect(of(1e-4).holdsPerSecond / 1e-4).toBeCloseTo(1, 3);
  expect(of(1e-4).separateHeartbeats).toBeCloseTo(1, 3);
  expect(of(300).flushesPerSecond).toBeCloseTo(2, 6);
  expect(of(300).held).toBeCloseTo(1, 6);
  expect(of(300).separateHeartbeats).toBeCloseTo(0, 6);
});

it('needs another post for messages beyond 32 KB', () => {
  const of = (eventsPerSecond: number) => coalescingOf({ ...defaultLoad, eventsPerSecond }).batched;
  // 162 messages of 201 bytes fit.
  expect(of(100).messages).toBeCloseTo(50, 3);
  expect(of(100).posts).toBeCloseTo(1, 3);
  expect(of(480).posts).toBeCloseTo(2, 2);
  expect(of(10).bytes).toBeCloseTo(5 * 201 + 42, -1);
});

it('has fewer and larger flushes without superseded messages, if there is more to send than the pace allows', () => {
  const load: Load = { ...defaultLoad, connections: 10_000, eventsPerSecond: 2_000 };
  const { intervalSeconds, flushesPerSecond, batched } = coalescingOf(load);
  // A flush carries one message for each of 200 agents and sessions, in two posts.
  expect(batched.messages).toBeCloseTo(200, 6);
  expect(batched.posts).toBeCloseTo(2, 6);
  expect(intervalSeconds).toBeCloseTo(20_000 / 8_000, 1);
  expect(flushesPerSecond * 10_000 * batched.posts).toBeLessThanOrEqual(8_000);
});

it('leaves out messages that cannot be posted in time to a connection without batches, at any pace', () => {
  const load = { ...defaultLoad, connections: 100, documentedShare: 0.5 };
  const of = (eventsPerSecond: number, maxPostsPerSecond = 8_000) =>
    coalescingOf({ ...load, eventsPerSecond, maxPostsPerSecond });
  // A post takes 12 ms.
  expect(of(80).single.leftOut).toBeCloseTo(0, 9);
  const { single, batched, flushesPerSecond, intervalSeconds } = of(300);
  expect(single.messages).toBeCloseTo(200, 6);
  // A flush takes 199 times 12 ms and 22 ms; the next one begins together with a flush of the lane with batches.
  expect([single.intervalSeconds, single.flushSeconds]).toEqual([2.5, expect.closeTo(2.41, 6)]);
  expect(single.leftOut).toBeCloseTo(1 - 200 / 2.5 / 300, 6);
  // The lane with batches is still flushed each half second.
  expect([intervalSeconds, batched.intervalSeconds]).toEqual([0.5, 0.5]);
  expect(batched.leftOut).toBeCloseTo(0, 9);
  expect(flushesPerSecond).toBeCloseTo(2, 6);
  expect(of(300, 100_000).single).toEqual(single);
  // 50 of these connections can take 4,000 posts a second.
  expect(of(300, 3_000).single.leftOut).toBeGreaterThan(single.leftOut);
});

it('gives connections without batches the rest of the pace, and at least a small share of it', () => {
  const load = { ...defaultLoad, connections: 10_000, eventsPerSecond: 10, documentedShare: 0.1 };
  const { batched, single } = coalescingOf(load);
  const postsOf = ({ flushesPerSecond, connections, posts }: typeof single) =>
    flushesPerSecond * connections * posts;
  expect(postsOf(batched)).toBeGreaterThan(7_800);
  expect(postsOf(single)).toBeLessThanOrEqual(0.04 * 8_000);
  expect(single.leftOut).toBeGreaterThan(0.9);
});

const load = fc.record({
  connections: fc.integer({ min: 1, max: 1_000_000 }),
  eventsPerSecond: fc.double({ min: 0, max: 1_000, noNaN: true }),
  coalesceMilliseconds: fc.constantFrom(0, 200, 500, 1_000),
  eventsPerPack: fc.constantFrom(1, 10),
  documentedShare: fc.constantFrom(0, 0.1, 1),
  messageBytes: fc.integer({ min: 50, max: 32_000 }),
});

it('never exceeds the rate of events, the posts without coalescing, the pace and one holder, at any load', () => {
  fc.assert(
    fc.property(load, (given) => {
      const whole: Load = { ...defaultLoad, ...given };
      const coalescing = coalescingOf(whole);
      const { flushesPerSecond, recordedPerSecond, holdsPerSecond, held, separateHeartbeats } =
        coalescing;
      const most = (value: number, limit: number) => {
        expect(value).toBeLessThanOrEqual(limit * (1 + 1e-5) + 1e-9);
      };
      for (const lane of underWay(coalescing)) {
        const { connections, messages, posts, leftOut } = lane;
        most(lane.flushesPerSecond, flushesPerSecond);
        most(lane.flushesPerSecond * messages, whole.eventsPerSecond);
        most(posts, messages);
        most(lane.flushesPerSecond * connections * posts, whole.maxPostsPerSecond);
        most(lane.flushesPerSecond * posts, postsPerSecondToOne);
        const gets = lane.flushesPerSecond * messages;
        expect(gets + leftOut * whole.eventsPerSecond).toBeCloseTo(whole.eventsPerSecond, 6);
      }
      most(eventPostsPerSecond(coalescing), 1.04 * whole.maxPostsPerSecond);
      const before = coalescingOf(withoutFlushes(whole));
      most(eventPostsPerSecond(coalescing), eventPostsPerSecond(before));
      expect(recordedPerSecond).toBeGreaterThanOrEqual(-1e-9);
      const arrivals = whole.eventsPerSecond / whole.eventsPerPack;
      expect(recordedPerSecond + holdsPerSecond).toBeCloseTo(arrivals, 6);
      most(held, 1);
      most(separateHeartbeats, 1);
    }),
  );
});

it.each([0, 0.3, 7, 5_000, 1e6])(
  'averages over a Poisson distribution with a mean of %d',
  (mean) => {
    expect(averageOverPoisson(mean, (count) => count) / Math.max(1, mean)).toBeCloseTo(
      Math.min(1, mean),
      6,
    );
    expect(averageOverPoisson(mean, (count) => (count === 0 ? 1 : 0))).toBeCloseTo(
      Math.exp(-mean),
      9,
    );
    expect(
      averageOverPoisson(mean, (count) => (count - mean) ** 2) / Math.max(1, mean),
    ).toBeCloseTo(Math.min(1, mean), 5);
  },
);
