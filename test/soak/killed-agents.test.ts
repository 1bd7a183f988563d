// Agents that a publisher keeps alive, over simulated days in which reports are lost and late, until their process is killed.
import { createBroadcast } from '#core/broadcasting/broadcast';
import { KeptAgents } from '#sdk/publisher/keep-alive';
import { createFanOutHarness } from '../support/core/fan-out';
import { seeded } from '../support/data/seeded';

const heartbeatMilliseconds = 30_000;

/** Something that happens at a time, in milliseconds after the start. */
interface Step {
  readonly at: number;
  readonly run: () => Promise<void>;
}

interface Life {
  readonly agentId: string;
  readonly everySeconds: number;
  /** When the process is killed, in milliseconds after the start. */
  readonly killedAt: number;
}

interface Reported {
  readonly at: number;
  readonly values: { readonly agentId: string; readonly status: string };
}

/** What the publisher reports until the process is killed, with the real intervals and times to live. */
function reportsOf({ agentId, everySeconds, killedAt }: Life): readonly Reported[] {
  jest.useFakeTimers({ now: 0 });
  try {
    const reported: Reported[] = [];
    const kept = new KeptAgents((id, status) => {
      const values = kept.extend('agent:status', { agentId: id, status });
      reported.push({ at: Date.now(), values });
      return Promise.resolve();
    });
    kept.keep(agentId, { everySeconds });
    jest.advanceTimersByTime(killedAt);
    // Only what was reported before counts: a killed process says no goodbye.
    const before = [...reported];
    void kept.stopAll();
    return before;
  } finally {
    jest.useRealTimers();
  }
}

/**
 * Runs the lives of some agents at the service, whose heartbeats look for silent agents. 1 of 100 reports is lost, and 1 of 100
 * reaches the service up to a minute after the bus accepted it, and after the next ones.
 * @returns for each agent, when the service has reported it as offline, in milliseconds after the start
 */
async function simulate(lives: readonly Life[], random: () => number) {
  const harness = createFanOutHarness();
  const { clock, connections, gateway } = harness;
  const start = clock.now();
  const end = Math.max(...lives.map(({ killedAt }) => killedAt)) + 10 * 60_000;
  const lifetimes = { agentDays: 7, sessionHours: 24 };
  const deadLetters = { keep: () => Promise.reject(new Error('the event is valid')) };
  const broadcast = createBroadcast({ ...harness, deadLetters, lifetimes });
  const steps: Step[] = [];
  for (const life of lives) {
    for (const [index, { at, values }] of reportsOf(life).entries()) {
      const chance = random();
      if (chance < 0.01) continue;
      const delay = chance < 0.02 ? random() * 60_000 : 200;
      const payload = { ...values, timestamp: start + at };
      const event = {
        ...{ id: `${life.agentId}-${index}`, type: 'agent:status', payload },
        ...{ acceptedAt: payload.timestamp, whole: {} },
      };
      steps.push({ at: at + delay, run: () => broadcast(event, clock.now() + 20_000) });
    }
  }
  for (let at = heartbeatMilliseconds; at <= end; at += heartbeatMilliseconds) {
    steps.push({ at, run: () => harness.reportSilentAgents(clock.now() + 20_000) });
  }
  const offline = new Map<string, number[]>(lives.map(({ agentId }) => [agentId, []]));
  for (const { at, run } of steps.sort((one, other) => one.at - other.at)) {
    clock.advance(Math.max(0, start + at - clock.now()));
    connections.records.clear();
    connections.seed(clock.now(), ['alice']);
    await clock.run(run());
    for (const { message } of gateway.posts.splice(0)) {
      const { payload } = message as { payload: { agentId: string; status: string } };
      if (payload.status === 'offline') offline.get(payload.agentId)?.push(clock.now() - start);
    }
  }
  return offline;
}

const day = 24 * 60 * 60_000;

it('are not reported as offline within a day in which 1 % of the reports are lost, and 1 % are late', async () => {
  const lives = [5, 10, 30, 60].map((everySeconds) => ({
    ...{ agentId: `every-${everySeconds}`, everySeconds, killedAt: day },
  }));
  const offline = await simulate(lives, seeded(1));
  for (const { agentId, everySeconds, killedAt } of lives) {
    const times = offline.get(agentId) ?? [];
    expect(times).toHaveLength(1);
    expect(times[0]).toBeGreaterThan(killedAt - everySeconds * 1000);
  }
});

it('are reported as offline within their time to live and 35 s, each of a hundred that are killed at any time', async () => {
  const random = seeded(2);
  const lives = Array.from({ length: 100 }, (_, index) => {
    const everySeconds = 5 + Math.floor(random() * 56);
    return { agentId: `agent-${index}`, everySeconds, killedAt: 60_000 + random() * 900_000 };
  });
  const offline = await simulate(lives, random);
  const late = lives.map(({ agentId, everySeconds, killedAt }) => {
    const [time = Infinity] = offline.get(agentId) ?? [];
    return time - killedAt - everySeconds * 5 * 1000;
  });
  expect(Math.max(...late)).toBeLessThanOrEqual(35_000);
});
