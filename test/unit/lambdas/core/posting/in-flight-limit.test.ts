import { InFlightLimit } from '#core/posting/in-flight-limit';

/** Repeatedly posts as many messages as the limit allows. `latencyOf` returns the latency of one post, in ms. */
function run(
  limit: InFlightLimit,
  milliseconds: number,
  latencyOf: (inFlight: number, index: number) => number,
  from = 0,
): number {
  let now = from;
  while (now < from + milliseconds) {
    const inFlight = limit.limit();
    const latencies = Array.from({ length: inFlight }, (_, index) => latencyOf(inFlight, index));
    for (const latency of latencies.sort((a, b) => a - b)) limit.note(latency, now, now + latency);
    now += Math.max(1, ...latencies);
  }
  return now;
}

/** Latencies of a receiver that processes posts one at a time, each in `each` ms. */
const oneAfterTheOther = (each: number) => (_: number, index: number) => each * (index + 1);

it('starts at the maximum', () => {
  expect(new InFlightLimit(128).limit()).toBe(128);
});

it('stays at the maximum if the latency does not depend on the number in flight, as on AWS', () => {
  const limit = new InFlightLimit(128);
  run(limit, 60_000, (_, index) => 10 + (index % 5));
  expect(limit.limit()).toBe(128);
});

it('does not shrink because of slow first posts, which open sockets', () => {
  const limit = new InFlightLimit(128);
  const now = run(limit, 1, () => 120);
  run(limit, 2_000, () => 12, now);
  expect(limit.limit()).toBe(128);
});

it('shrinks within a second if the receiver processes posts one at a time, but not below three', () => {
  const limit = new InFlightLimit(128);
  run(limit, 1_000, oneAfterTheOther(2));
  expect(limit.limit()).toBeLessThan(20);
  const slow = new InFlightLimit(128);
  run(slow, 60_000, oneAfterTheOther(50));
  expect([3, 4]).toContain(slow.limit());
});

it('grows gradually when the latency is low again', () => {
  const limit = new InFlightLimit(128);
  let now = run(limit, 10_000, oneAfterTheOther(20));
  const shrunk = limit.limit();
  expect(shrunk).toBeLessThan(10);
  now = run(limit, 200, () => 12, now);
  expect(limit.limit()).toBeLessThan(shrunk + 20);
  run(limit, 5_000, () => 12, now);
  expect(limit.limit()).toBe(128);
});

it('does not shrink because of some posts that wait for their timeout', () => {
  const limit = new InFlightLimit(128);
  run(limit, 60_000, (_, index) => (index % 10 === 0 ? 3_000 : 12));
  expect(limit.limit()).toBe(128);
});

it('does not shrink to three under a constant high latency, because the lowest latency is that of the last 10 s', () => {
  const limit = new InFlightLimit(32);
  const now = run(limit, 5_000, () => 12);
  run(limit, 60_000, () => 200, now);
  expect(limit.limit()).toBeGreaterThan(3);
});

it('does not shrink again because of posts that began before it shrank', () => {
  const limit = new InFlightLimit(128);
  limit.note(5, 0, 5);
  for (let post = 0; post < 127; post += 1) limit.note(250, 0, 255);
  const shrunk = limit.limit();
  expect(shrunk).toBeLessThan(128);
  for (let post = 0; post < 127; post += 1) limit.note(250, 10, 260);
  expect(limit.limit()).toBe(shrunk);
});

it('does not exceed a maximum below three', () => {
  const limit = new InFlightLimit(2);
  run(limit, 10_000, oneAfterTheOther(100));
  expect(limit.limit()).toBe(2);
});
