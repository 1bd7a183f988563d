// The results that `burst` calculates from the posts to its sink: delays, convergence, and ratios for each message.
import { Arrivals } from '#bench/burst/arrivals';
import { createPayload, dueAt, sessionOf, type Load } from '#bench/burst/load';
import { formatBurstTable, type BurstResult } from '#bench/burst/results';
import { messageOfEvent } from '#core/fan-out/outgoing-message';
import { batchesOf } from '#core/fan-out/batches';

const startAt = Date.UTC(2026, 2, 1);
const load: Load = { first: 100, count: 3, eventsPerSecond: 10, startAt };

const textOf = (index: number) =>
  messageOfEvent({ type: 'session:activity', payload: createPayload(load, index) }).text;
const post = (arrivals: Arrivals, connection: string, text: string, after: number) => {
  arrivals.note(connection, Buffer.from(text), startAt + after);
};

it('measures the delay of an event from its due time until the last connection has it', () => {
  const arrivals = new Arrivals(2);
  const [batch] = batchesOf([textOf(101), textOf(102)]);
  post(arrivals, 'a', textOf(100), 30);
  post(arrivals, 'b', textOf(100), 50);
  post(arrivals, 'a', batch?.text ?? '', 230);
  post(arrivals, 'b', batch?.text ?? '', 210);
  // A second delivery has no effect.
  post(arrivals, 'b', textOf(101), 400);

  const { milliseconds, messages, converged } = arrivals.delaysOf(load, startAt + 1_000);
  expect(milliseconds).toEqual([30, 50, 130]);
  expect([messages, converged, arrivals.posts]).toEqual([6, true, 5]);
});

it('counts an event that a connection did not get with its age, and reports no convergence', () => {
  const arrivals = new Arrivals(2);
  for (const index of [100, 101, 102]) post(arrivals, 'a', textOf(index), 210);
  post(arrivals, 'b', textOf(100), 10);

  const { milliseconds, messages, converged } = arrivals.delaysOf(load, startAt + 1_000);
  expect(milliseconds).toEqual([210, 800, 900]);
  expect([messages, converged]).toEqual([4, false]);
});

it('counts an event as delivered with a newer event of the same session', () => {
  const many = { ...load, count: 301 };
  const last = load.first + 300;
  expect(sessionOf(last)).toBe(sessionOf(load.first));
  const arrivals = new Arrivals(1);
  for (let index = load.first + 1; index <= last; index += 1) {
    post(arrivals, 'a', textOf(index), dueAt(many, index) - startAt + 5);
  }
  const { milliseconds, messages, converged } = arrivals.delaysOf(many, startAt + 60_000);
  expect([milliseconds[0], milliseconds.at(-1), messages, converged]).toEqual([
    5,
    30_005,
    300,
    true,
  ]);
});

it('compares posts and CPU time for each message, because a slow variant sends fewer messages', () => {
  const coalesced: BurstResult = {
    variant: 'coalesced',
    connections: 100,
    eventsPerSecond: 300,
    posts: 8_000,
    cpuMillisPerSecond: 120.4,
    p50Milliseconds: 301,
    p99Milliseconds: 699.7,
    converged: true,
    messages: 600_000,
    cpuMilliseconds: 2_400,
  };
  const each: BurstResult = {
    ...{ ...coalesced, variant: 'each', posts: 300_000, cpuMillisPerSecond: 1_200 },
    ...{ p50Milliseconds: 9_000, p99Milliseconds: 25_000, converged: false },
    ...{ messages: 300_000, cpuMilliseconds: 36_000 },
  };
  const table = formatBurstTable([coalesced, each, { ...each, connections: 1_000 }]);
  expect(table.split('\n')).toEqual([
    '| variant   | connections | events a second |   posts | CPU ms a second | p50 ms | p99 ms | converged | × posts | × CPU | p50 ms more |',
    '|-----------|------------:|----------------:|--------:|----------------:|-------:|-------:|----------:|--------:|------:|------------:|',
    '| coalesced |         100 |             300 |   8,000 |             120 |    301 |    700 |       yes |    1.00 |  1.00 |         0.0 |',
    '| each      |         100 |             300 | 300,000 |           1,200 |  9,000 | 25,000 |        no |   75.00 | 30.00 |     8,699.0 |',
    '| each      |       1,000 |             300 | 300,000 |           1,200 |  9,000 | 25,000 |        no |         |       |             |',
  ]);
});
