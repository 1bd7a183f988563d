import { InFlightLimit } from '#core/posting/in-flight-limit';

/** Posts as many as may be in flight, over and over: `latencyOf` says how long each takes, with so many at a time. */
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

/** One receiver that does one after the other. */
const oneAfterTheOther = (each: number) => (_: number, index: number) => each * (index + 1);

it('begins with as many as there may be', () => {
  expect(new InFlightLimit(128).limit()).toBe(128);
});

it('stays high where a hundred are answered as quickly as one, as on AWS', () => {
  const limit = new InFlightLimit(128);
  run(limit, 60_000, (_, index) => 10 + (index % 5));
  expect(limit.limit()).toBe(128);
});

it('the first posts may open their sockets', () => {
  const limit = new InFlightLimit(128);
  const now = run(limit, 1, () => 120);
  run(limit, 2_000, () => 12, now);
  expect(limit.limit()).toBe(128);
});

it('shrinks at once where the receiver does one after the other, and to no fewer than three', () => {
  const limit = new InFlightLimit(128);
  run(limit, 1_000, oneAfterTheOther(2));
  expect(limit.limit()).toBeLessThan(20);
  const slow = new InFlightLimit(128);
  run(slow, 60_000, oneAfterTheOther(50));
  expect([3, 4]).toContain(slow.limit());
});

it('grows again, slowly, when posts are answered quickly again', () => {
  const limit = new InFlightLimit(128);
  let now = run(limit, 10_000, oneAfterTheOther(20));
  const shrunk = limit.limit();
  expect(shrunk).toBeLessThan(10);
  now = run(limit, 200, () => 12, now);
  expect(limit.limit()).toBeLessThan(shrunk + 20);
  run(limit, 5_000, () => 12, now);
  expect(limit.limit()).toBe(128);
});

it('some posts that wait for their timeout change nothing', () => {
  const limit = new InFlightLimit(128);
  run(limit, 60_000, (_, index) => (index % 10 === 0 ? 3_000 : 12));
  expect(limit.limit()).toBe(128);
});

it('what is as slow all the time is no reason to shrink: the lowest latency is of the last ten seconds', () => {
  const limit = new InFlightLimit(32);
  const now = run(limit, 5_000, () => 12);
  run(limit, 60_000, () => 200, now);
  expect(limit.limit()).toBeGreaterThan(3);
});

it('posts that began before it shrank do not shrink it again', () => {
  const limit = new InFlightLimit(128);
  limit.note(5, 0, 5);
  for (let post = 0; post < 127; post += 1) limit.note(250, 0, 255);
  const shrunk = limit.limit();
  expect(shrunk).toBeLessThan(128);
  for (let post = 0; post < 127; post += 1) limit.note(250, 10, 260);
  expect(limit.limit()).toBe(shrunk);
});

it('has no more than there may be, however few these are', () => {
  const limit = new InFlightLimit(2);
  run(limit, 10_000, oneAfterTheOther(100));
  expect(limit.limit()).toBe(2);
});
