// Registers that the server has forgotten: the client forgets them, too, so that its maps do not grow for ever.
import fc from 'fast-check';
import { createRegisters } from '#sdk/client/state/registers';
import { ClientHarness } from '#test/support/client/client-harness';
import { agentEvent, sessionEvent } from '#test/support/data/events';

const hour = 3_600_000;
const day = 24 * hour;
const lifetimeSeconds = { agents: 604_800, sessions: 86_400 };

/** A connected client of a service that keeps sessions for a day, and agents for a week; heartbeats arrive. */
async function connected() {
  const harness = new ClientHarness();
  const { client, time } = harness;
  const forgotten: string[] = [];
  client.on('forgotten', ({ registers }) => {
    for (const { type, value } of registers) {
      const isInMap =
        type === 'agent:status'
          ? client.agents.get(value.agentId) === value
          : [...client.sessions.values()].includes(value);
      forgotten.push(isInMap ? 'still in the map' : `${type} ${value.agentId}`);
    }
  });
  await harness.accept({ lifetimeSeconds });
  const pass = async (milliseconds: number) => {
    for (let left = milliseconds; left > 0; left -= 60_000) {
      await time.pass(Math.min(left, 60_000));
      // A rotation, and otherwise a heartbeat.
      if (harness.socket.readyState === 'connecting') await harness.accept({ lifetimeSeconds });
      else harness.socket.receive('heartbeat', { timestamp: time.now() });
    }
  };
  const receive = ({ type, payload }: ReturnType<typeof agentEvent>) => {
    harness.socket.receive(type, payload);
  };
  const known = () => [...client.agents.values(), ...client.sessions.values()].length;
  return { harness, client, time, forgotten, pass, receive, known };
}

it('forgets a session after a day without an event, and an agent after a week', async () => {
  const { time, receive, pass, known, forgotten, client } = await connected();
  receive(sessionEvent('a', 's', 'm', time.now()));
  receive(agentEvent('a', 'online', time.now()));
  await pass(day - 2 * 60_000);
  expect([known(), forgotten]).toEqual([2, []]);
  await pass(4 * 60_000);
  expect([client.sessions.size, forgotten]).toEqual([0, ['session:activity a']]);
  await pass(6 * day - 10 * 60_000);
  expect(known()).toBe(1);
  await pass(10 * 60_000);
  expect([known(), forgotten]).toEqual([0, ['session:activity a', 'agent:status a']]);
});

it('keeps what is reported again', async () => {
  const { time, receive, pass, known, forgotten } = await connected();
  for (let round = 0; round < 4; round += 1) {
    receive(sessionEvent('a', 's', `m${round}`, time.now()));
    await pass(day - hour);
  }
  expect([known(), forgotten]).toEqual([1, []]);
});

it('keeps an event that was reported late for as long as the server', async () => {
  const { harness, time, receive, pass, known } = await connected();
  const payload = {
    ...{ agentId: 'restored', sessionId: 's', lastMessage: 'm' },
    timestamp: time.now() - 30 * day,
  };
  harness.snapshot({ sessions: [payload], lifetimeSeconds });
  await harness.time.pass(0);
  receive(sessionEvent('live', 's', 'm', time.now() - 2 * day));
  await pass(day - hour);
  expect(known()).toBe(2);
  await pass(2 * hour);
  expect(known()).toBe(0);
});

it('keeps an event that arrives first after an absence of more than a day for as long as the server', async () => {
  const { harness, receive, time, pass, known } = await connected();
  harness.page.set({ isVisible: false });
  await time.pass(25 * hour);
  expect(harness.open).toEqual([]);
  harness.page.set({ isVisible: true });
  await time.pass(0);
  harness.socket.accept();
  const event = sessionEvent('a', 's', 'm', time.now());
  receive(event);
  harness.snapshot({ sessions: [event.payload as never], lifetimeSeconds });
  expect([known(), harness.client.connection.isSynced]).toEqual([1, true]);
  await pass(day - hour);
  expect(known()).toBe(1);
  await pass(2 * hour);
  expect(known()).toBe(0);
});

it('forgets after the changes of the same message have been reported', async () => {
  const { harness, client, time } = await connected();
  const heard: string[] = [];
  client.on('change', () => heard.push('change'));
  client.on('forgotten', () => heard.push('forgotten'));
  const { type, payload } = sessionEvent('a', 's', 'm', time.now());
  const lifetimes = { agents: 20, sessions: 20 };
  harness.snapshot({ lifetimeSeconds: lifetimes });
  harness.socket.receive(type, payload);
  await time.pass(25_000);
  harness.socket.receive('batch', {
    messages: [
      { type: 'agent:status', payload: { agentId: 'b', status: 'online', timestamp: time.now() } },
      { type: 'heartbeat', payload: { timestamp: time.now() } },
    ],
  });
  expect(heard).toEqual(['change', 'change', 'forgotten']);
});

it('forgets nothing if the server does not say how long it keeps events', async () => {
  const harness = new ClientHarness();
  await harness.connect();
  const { type, payload } = sessionEvent('a', 's', 'm', 1);
  harness.socket.receive(type, payload);
  for (let round = 0; round < 100; round += 1) {
    await harness.time.pass(30_000);
    harness.socket.receive('heartbeat', { timestamp: harness.time.now() });
  }
  expect(harness.client.sessions.size).toBe(1);
});

it('has the sessions of the last day after a month with 2,000 sessions a day', () => {
  const registers = createRegisters();
  const perHour = Math.round(2_000 / 24);
  for (let at = 0; at < 30 * day; at += hour) {
    for (let index = 0; index < perHour; index += 1) {
      const event = sessionEvent(`agent-${index % 100}`, `${at}-${index}`, 'm', at);
      registers.merge(event, 'live');
    }
    registers.forgetExpired(at + hour, lifetimeSeconds);
  }
  expect(registers.maps.sessions.size).toBeLessThanOrEqual(25 * perHour);
  expect(registers.maps.sessions.size).toBeGreaterThanOrEqual(23 * perHour);
});

it('removes each register exactly when its lifetime after its receipt has passed, at any times of events', () => {
  const step = fc.record({
    key: fc.nat(3),
    source: fc.constantFrom('live' as const, 'snapshot' as const),
    waitHours: fc.integer({ min: 0, max: 30 }),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const receivedAt = new Map<string, number>();
      let now = 1_000 * day;
      const registers = createRegisters({ now: () => now });
      registers.forgetExpired(now, lifetimeSeconds);
      for (const { key, source, waitHours } of steps) {
        const event = sessionEvent(`a${key}`, 's', 'm', now);
        if (registers.merge(event, source)) receivedAt.set(`a${key}`, now);
        // The client sees the time with each heartbeat.
        for (let wait = 0; wait < waitHours; wait += 1) {
          now += hour;
          const removed = registers.forgetExpired(now, lifetimeSeconds);
          const expected = [...receivedAt].filter(([, at]) => now - at >= day);
          for (const [agentId] of expected) receivedAt.delete(agentId);
          expect(removed.map(({ value }) => value.agentId).sort()).toEqual(
            expected.map(([agentId]) => agentId).sort(),
          );
        }
      }
    }),
  );
});
