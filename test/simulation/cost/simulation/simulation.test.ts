// Fan-outs in simulated time: the quota throttles posts beyond it, and pacing stays below it.
import { secondsToLastClient } from '#cost/model/fan-out-time';
import { defaultLoad } from '#cost/model/load';
import { needsOf } from '#cost/model/quotas';
import {
  simulateFanOut,
  type Simulation,
  type SimulationResult,
} from '#cost/simulation/simulation';
import { simulationOf } from '#cost/tables/tables';
import { createTokenBucket, defaultQuota } from '#cost/model/token-bucket';
import { heartbeatCeilingOf } from '#core/broadcasting/heartbeat-pace';

const simulated = new Map<string, Promise<SimulationResult>>();

/** The result of a simulation. It is deterministic, so that tests can share it. */
function fanOut(simulation: Simulation): Promise<SimulationResult> {
  const key = JSON.stringify(simulation);
  const result = simulated.get(key) ?? simulateFanOut(simulation);
  simulated.set(key, result);
  return result;
}

it('allows as many posts as the token bucket holds, and then as many as it is refilled with', () => {
  const take = createTokenBucket({ perSecond: 1_000, bucket: 5 });
  expect(Array.from({ length: 7 }, () => take(0))).toEqual([
    ...Array.from({ length: 5 }, () => true),
    ...[false, false],
  ]);
  expect([take(1), take(1), take(3), take(3), take(3)]).toEqual([true, false, true, true, false]);
});

it.each([1_000, 10_000, 20_000])(
  'delivers a fan-out to %d connections with the default settings, without 429',
  async (connections) => {
    const load = { ...defaultLoad, connections };
    const result = await fanOut(simulationOf(load));
    expect(result).toMatchObject({ delivered: connections, throttled: 0, left: 0 });
    // The formula of the tables differs from it by less than 5 %, or 50 ms.
    const difference = Math.abs(result.seconds - secondsToLastClient(load));
    expect(difference).toBeLessThan(Math.max(0.05, result.seconds / 20));
  },
);

it('delivers to 10,000 connections within 0.8 s', async () => {
  const { seconds } = await fanOut(simulationOf({ ...defaultLoad, connections: 10_000 }));
  expect(seconds).toBeLessThanOrEqual(0.8);
});

it('delivers to 10,000 connections in regions with a quarter of the quota within 4.6 s, without 429', async () => {
  const load = { ...defaultLoad, connections: 10_000, maxPostsPerSecond: 2_000 };
  const quota = { perSecond: 2_500, bucket: 1_250 };
  const result = await fanOut({ ...simulationOf(load), quota });
  expect(result).toMatchObject({ delivered: 10_000, throttled: 0, left: 0 });
  expect(result.seconds).toBeLessThan(4.6);
});

it('delivers an event as fast during a heartbeat, without 429', async () => {
  const load = { ...defaultLoad, connections: 10_000 };
  const alone = simulationOf(load);
  const both = { ...alone, heartbeatCeiling: heartbeatCeilingOf(load) };
  const [one, other] = [await fanOut(alone), await fanOut(both)];
  expect(other).toMatchObject({ delivered: 20_000, throttled: 0, left: 0 });
  expect(other.seconds).toBeCloseTo(one.seconds, 2);
});

it('is throttled and takes longer without pacing', async () => {
  const paced = simulationOf({ ...defaultLoad, connections: 20_000 });
  expect(paced).toMatchObject({ workers: 16, ceiling: 500 });
  const [slow, fast] = [await fanOut(paced), await fanOut({ ...paced, ceiling: 100_000 })];
  expect(fast.throttled).toBeGreaterThan(10_000);
  expect(fast.seconds).toBeGreaterThan(slow.seconds);
});

it('delivers two simultaneous fan-outs to all connections, after retries of some throttled posts', async () => {
  const result = await fanOut(simulationOf({ ...defaultLoad, connections: 10_000 }, 2));
  expect(result.throttled).toBeGreaterThan(0);
  expect(result.throttled).toBeLessThan(1_000);
  expect(result).toMatchObject({ delivered: 20_000, left: 0 });
});

it.each([
  [10_000, 10],
  [10_000, 100],
  [20_000, 200],
])(
  'with %d connections, of which %d do not read, takes less than 10 % longer for the others',
  async (connections, stuck) => {
    const whole = simulationOf({ ...defaultLoad, connections });
    const [none, some] = [await fanOut(whole), await fanOut({ ...whole, stuck })];
    expect(some).toMatchObject({
      delivered: connections - stuck,
      left: stuck,
      throttled: 2 * stuck,
    });
    expect(some.seconds / none.seconds).toBeLessThan(1.1);
    expect(some.endSeconds - some.seconds).toBeLessThan(0.5);
  },
);

it('still slows down for a throttled account if 100 clients do not read', async () => {
  const simulation = { ...simulationOf({ ...defaultLoad, connections: 10_000 }, 2), stuck: 100 };
  const result = await fanOut(simulation);
  expect(result).toMatchObject({ delivered: 19_800, left: 200 });
  expect(result.throttled).toBeLessThan(1_500);
});

it.each([100_000, 1_000_000])(
  'recommends quotas for %d connections that are sufficient',
  (connections) => {
    const needs = needsOf({ ...defaultLoad, connections });
    expect(needs.requestsPerSecond).toBeGreaterThan(defaultQuota.perSecond);
    expect(needs.maxPostsPerSecond).toBeLessThanOrEqual(0.8 * needs.requestsPerSecond);
    expect(needs.messagesPerSecond).toBeLessThanOrEqual(0.8 * needs.requestsPerSecond);
    expect(needs.secondsToLastClient).toBeLessThan(11);
  },
);

it('recommends no more than the default quotas for 10,000 connections', () => {
  expect(needsOf({ ...defaultLoad, connections: 10_000 })).toMatchObject({
    requestsPerSecond: 10_000,
    handshakesPerSecond: 500,
    maxPostsPerSecond: 8_000,
  });
});
