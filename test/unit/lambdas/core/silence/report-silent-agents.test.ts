// What heartbeats do about agents that have not reported within their time to live.
import { createBroadcast } from '#core/broadcasting/broadcast';
import { createReportSilentAgents } from '#core/silence/report-silent-agents';
import { readSnapshot } from '#core/requests/snapshot';
import type { AgentStatus } from '#sdk/protocol';
import { agentEvent } from '#test/support/data/events';
import { createFanOutHarness } from '#test/support/core/fan-out';

function setUp() {
  const harness = createFanOutHarness();
  const { clock, connections, gateway, state } = harness;
  connections.seed(clock.now(), ['alice']);
  const start = clock.now();
  const deadLetters = { keep: () => Promise.reject(new Error('the event is valid')) };
  const lifetimes = { agentDays: 7, sessionHours: 24 };
  const broadcast = createBroadcast({ ...harness, deadLetters, lifetimes });
  const deadline = () => clock.now() + 20_000;
  /**
   * Reports a status with a time to live of 60 s.
   * @param at seconds after the start, by the backend's clock
   * @param acceptedAt when the bus accepted it, in seconds after the start; default: now
   */
  const report = (
    agentId: string,
    status: AgentStatus['status'],
    at: number,
    acceptedAt = (clock.now() - start) / 1000,
  ) => {
    const { type, payload } = agentEvent(agentId, status, start + at * 1000);
    const event = { id: `${agentId}-${at}`, type, payload: { ...payload, aliveForSeconds: 60 } };
    const times = { acceptedAt: start + acceptedAt * 1000 };
    return clock.run(broadcast({ ...event, ...times, whole: {} }, deadline()));
  };
  return {
    ...harness,
    report,
    beat: () => clock.run(harness.reportSilentAgents(deadline())),
    event: (agentId: string, status: AgentStatus['status'], at: number) =>
      agentEvent(agentId, status, start + at * 1000),
    sent: () => gateway.posts.splice(0).map(({ message }) => message),
    /** The events that a client reads that was away since `since` seconds after the start. */
    snapshot: (since: number) =>
      readSnapshot(state, { since: start + since * 1000, includes: () => true }, clock.now(), {
        agents: 10,
        sessions: 10,
      }),
  };
}

it('sends offline once, with the end of the time to live as its timestamp', async () => {
  const { clock, log, report, beat, event, sent, snapshot } = setUp();
  await report('a', 'online', 0);
  clock.advance(30_000);
  await report('a', 'online', 30);
  expect(sent()).toEqual([event('a', 'online', 0)]);
  clock.advance(59_000);
  await beat();
  expect(sent()).toEqual([]);
  await expect(snapshot(0)).resolves.toEqual([]);
  await expect(snapshot(-1)).resolves.toEqual([event('a', 'online', 0)]);

  clock.advance(1_000);
  await beat();
  clock.advance(30_000);
  await beat();
  expect(sent()).toEqual([event('a', 'offline', 90)]);
  await expect(snapshot(80)).resolves.toEqual([event('a', 'offline', 90)]);
  expect(log.lines.filter(({ message }) => message === 'silent agents reported')).toMatchObject([
    { fields: { agents: 1 } },
  ]);
});

it('sends the next report of an agent that was silent', async () => {
  const { clock, report, beat, event, sent } = setUp();
  await report('a', 'error', 0);
  clock.advance(60_000);
  await beat();
  clock.advance(10_000);
  await report('a', 'error', 70);
  expect(sent()).toEqual([
    event('a', 'error', 0),
    event('a', 'offline', 60),
    event('a', 'error', 70),
  ]);
  clock.advance(30_000);
  await beat();
  expect(sent()).toEqual([]);
});

it('judges by the time at which reports were accepted, not by their timestamps, because the clock of a backend may be slow', async () => {
  const { clock, report, beat, event, sent } = setUp();
  await report('slow', 'online', -3_600);
  clock.advance(59_000);
  await beat();
  expect(sent()).toEqual([event('slow', 'online', -3_600)]);
  clock.advance(1_000);
  await beat();
  expect(sent()).toEqual([event('slow', 'offline', -3_540)]);
});

it.each([
  ['when the bus accepted it, if it is received later', 20, 20],
  ['when it is received, if the backend has given it a later time', 3_600, 50],
])('begins the time to live %s', async (_, acceptedAt, begins) => {
  const { clock, report, beat, event, sent } = setUp();
  clock.advance(50_000);
  await report('a', 'online', 50, acceptedAt);
  clock.advance((begins + 60) * 1000 - 50_000 - 1);
  await beat();
  expect(sent()).toEqual([event('a', 'online', 50)]);
  clock.advance(1);
  await beat();
  expect(sent()).toEqual([event('a', 'offline', 110)]);
});

it('leaves an agent alone that is reported between reading and writing', async () => {
  const { clock, silence, report, beat, event, sent } = setUp();
  await report('a', 'online', 0);
  sent();
  clock.advance(60_000);
  const store = silence.store.bind(silence);
  silence.store = async (one, at) => {
    await report('a', 'online', 60);
    return store(one, at);
  };
  await beat();
  clock.advance(500);
  await report('a', 'error', 61);
  expect(sent()).toEqual([event('a', 'error', 61)]);
});

it.each(['store', 'complete'] as const)(
  'sends every event at the next heartbeat if the call fails at %s',
  async (step) => {
    const { clock, silence, log, report, beat, event, sent } = setUp();
    const agents = ['a', 'b', 'c'];
    for (const agent of agents) await report(agent, 'online', 0);
    sent();
    clock.advance(90_000);
    const method = silence[step].bind(silence) as (...given: unknown[]) => Promise<unknown>;
    let calls = 0;
    const failing = (...given: unknown[]) => {
      calls += 1;
      return calls === 2
        ? Promise.reject(new Error('the table does not answer'))
        : method(...given);
    };
    Object.assign(silence, { [step]: failing });
    await beat();
    expect(log.lines.map(({ message }) => message)).toContain('silent agents not reported');
    const before = sent();
    clock.advance(30_000);
    await beat();
    const all = new Set([...before, ...sent()].map((message) => JSON.stringify(message)));
    const expected = agents.map((agent) => JSON.stringify(event(agent, 'offline', 60)));
    expect([...all].sort()).toEqual(expected);
    clock.advance(30_000);
    await beat();
    expect(sent()).toEqual([]);
  },
);

it('sends offline again at the next heartbeat if not every connection was reached', async () => {
  const { clock, silence, now, log, report, beat, event, sent } = setUp();
  await report('a', 'online', 0);
  sent();
  clock.advance(60_000);
  const failing = createReportSilentAgents({
    ...{ silence, now, log },
    coalescer: {
      send: async (outgoing) => (await outgoing)?.onFlushed(['failed', undefined]),
    },
  });
  await clock.run(failing(clock.now() + 20_000));
  expect(sent()).toEqual([]);
  clock.advance(30_000);
  await beat();
  expect(sent()).toEqual([event('a', 'offline', 60)]);
  clock.advance(30_000);
  await beat();
  expect(sent()).toEqual([]);
});

it('does not reject if the registers cannot be read', async () => {
  const { silence, log, beat } = setUp();
  silence.pages = () => {
    throw new Error('the table does not answer');
  };
  await expect(beat()).resolves.toBeUndefined();
  expect(log.lines).toMatchObject([{ level: 'error', message: 'silent agents not reported' }]);
});
