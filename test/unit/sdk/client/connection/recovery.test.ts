// Recovery: no event is missed, and none is reported twice.
import fc from 'fast-check';
import { createRecovery } from '#sdk/client/connection/recovery';
import { sessionKey, type AgentStatus, type SessionActivity } from '#sdk/client';
import type { EventMessage } from '#sdk/protocol';
import { ClientHarness, settle } from '#test/support/client/client-harness';
import { eventArbitrary, lastWriters } from '#test/support/contracts/state-store';

const agent = (agentId: string, status: AgentStatus['status'], timestamp: number) => ({
  agentId,
  status,
  timestamp,
});
const session = (agentId: string, sessionId: string, lastMessage: string, timestamp: number) => ({
  agentId,
  sessionId,
  lastMessage,
  timestamp,
});
const sinceOf = (harness: ClientHarness) => harness.socket.sentOf('state:sync').at(-1)?.payload;

describe('the sync after each open', () => {
  it('requests everything first, then events since one minute before the last server time', async () => {
    const harness = new ClientHarness();
    await harness.connect();
    expect(harness.socket.sentOf('state:sync')).toEqual([{ type: 'state:sync', payload: {} }]);
    await harness.time.pass(30_000);
    const timestamp = harness.time.now() + 2_000;
    harness.socket.receive('pong', { timestamp: timestamp - 1_000 });
    harness.socket.receive('heartbeat', { timestamp });
    harness.socket.drop();
    await harness.nextAttempt();
    harness.socket.accept();
    // The second time arrived together with the first one, so that the client uses the earlier one.
    expect(sinceOf(harness)).toEqual({ since: timestamp - 1_000 - 60_000 });
  });

  it('uses only the clock of the server, not that of the client or of a backend', async () => {
    const harness = new ClientHarness();
    await harness.accept({ timestamp: 1_000_000 });
    harness.socket.receive('agent:status', agent('a', 'online', 9_000_000));
    await harness.time.pass(60_000);
    harness.socket.drop();
    await harness.nextAttempt();
    harness.socket.accept();
    expect(sinceOf(harness)).toEqual({ since: 940_000 });
  });

  it('ignores the server times of a connection that was never synced, because it may have missed events', async () => {
    const harness = new ClientHarness();
    await harness.accept({ timestamp: 1_000_000 });
    harness.socket.drop();
    await harness.nextAttempt();
    harness.socket.accept();
    harness.socket.receive('heartbeat', { timestamp: 5_000_000 });
    harness.snapshot({ timestamp: 5_000_000, complete: false });
    harness.socket.drop();
    await harness.nextAttempt();
    harness.socket.accept();
    expect(sinceOf(harness)).toEqual({ since: 940_000 });
    await harness.time.pass(60_000);
    harness.socket.receive('heartbeat', { timestamp: 1_070_000 });
    harness.snapshot({ timestamp: 1_060_000 });
    harness.socket.drop();
    await harness.nextAttempt();
    harness.socket.accept();
    expect(sinceOf(harness)).toEqual({ since: 1_000_000 });
  });

  it('never requests a time before 1970', async () => {
    const harness = new ClientHarness();
    await harness.accept({ timestamp: 1_000 });
    harness.client.reconnect();
    await settle();
    harness.socket.accept();
    expect(sinceOf(harness)).toEqual({ since: 0 });
  });

  it('is repeated with increasing waits until there is a complete snapshot', async () => {
    const harness = new ClientHarness();
    await settle();
    const start = harness.time.now();
    harness.socket.accept();
    const times: number[] = [];
    const { socket } = harness;
    const send = socket.send.bind(socket);
    socket.send = (text) => {
      if (text.includes('state:sync')) times.push((harness.time.now() - start) / 1_000);
      send(text);
    };
    for (let second = 0; second < 2_000; second += 1) {
      await harness.time.pass(1_000);
      socket.receive('heartbeat', { timestamp: harness.time.now() });
    }
    expect(times).toEqual([10, 30, 70, 150, 310, 610, 910, 1_210, 1_510, 1_810]);
    harness.snapshot();
    times.length = 0;
    for (let second = 0; second < 600; second += 1) {
      await harness.time.pass(1_000);
      socket.receive('heartbeat', { timestamp: harness.time.now() });
    }
    expect(times).toEqual([]);
  });
});

describe('a wrong server time', () => {
  const hour = 3_600_000;

  /** The `since` of a client whose connection is lost `seconds` after the wrong time, in seconds relative to the loss. */
  async function askedAfter(wrongMs: number, seconds: number): Promise<number> {
    const harness = new ClientHarness();
    await harness.connect();
    const beat = async (offMs = 0) => {
      await harness.time.pass(30_000);
      harness.socket.receive('heartbeat', { timestamp: harness.time.now() + offMs });
    };
    await beat();
    await beat(wrongMs);
    for (let passed = 0; passed < seconds; passed += 30) await beat();
    harness.socket.drop();
    const lost = harness.time.now();
    await harness.nextAttempt();
    harness.socket.accept();
    return ((sinceOf(harness) as { since: number }).since - lost) / 1_000;
  }

  it('that is an hour ahead does not skip events, neither at once nor later', async () => {
    expect(await askedAfter(hour, 0)).toBe(-30);
    expect(await askedAfter(hour, 30)).toBe(-60);
    expect(await askedAfter(hour, 600)).toBe(-60);
  });

  it('that is an hour behind requests at most one more hour, until later times correct it', async () => {
    expect(await askedAfter(-hour, 0)).toBe(-3_660);
    expect(await askedAfter(-hour, 600)).toBe(-3_060);
    expect(await askedAfter(-hour, 3_600)).toBe(-60);
  });

  it('in the first snapshot is corrected by the next heartbeat', async () => {
    const harness = new ClientHarness();
    await harness.accept({ timestamp: Date.UTC(2100, 1) });
    await harness.time.pass(30_000);
    harness.socket.receive('heartbeat', { timestamp: harness.time.now() });
    const lost = harness.time.now();
    harness.socket.drop();
    await harness.nextAttempt();
    harness.socket.accept();
    expect(sinceOf(harness)).toEqual({ since: lost - 60_000 });
  });

  it('does not skip events while the client is disconnected', async () => {
    const harness = new ClientHarness();
    /** The statuses that the server has stored, with their times by its clock. */
    const stored: { readonly at: number; readonly status: AgentStatus }[] = [];
    /** Answers the sync as the server does. */
    const reconnect = async () => {
      await harness.nextAttempt();
      harness.socket.accept();
      const { since = 0 } = sinceOf(harness) as { since?: number };
      const agents = stored.filter(({ at }) => at >= since).map(({ status }) => status);
      harness.snapshot({ agents });
    };
    await reconnect();
    for (let round = 1; round <= 5; round += 1) {
      await harness.time.pass(30_000);
      harness.socket.receive('heartbeat', { timestamp: harness.time.now() + round * hour });
      harness.socket.drop();
      const at = harness.time.now();
      stored.push({ at, status: agent(`agent-${round}`, 'online', at) });
      await reconnect();
      expect(harness.client.agents.size).toBe(round);
    }
  });

  it('moves `since` by at most half a minute, and is corrected by later times', () => {
    const step = fc.record({
      passedMs: fc.integer({ min: 0, max: 120_000 }),
      // The error of the server time, and the amount by which the clock of the client is changed.
      wrongMs: fc.option(fc.integer({ min: -hour, max: 1_000 * hour }), { freq: 3, nil: 0 }),
      setMs: fc.option(fc.integer({ min: -hour, max: 0 }), { freq: 5, nil: 0 }),
    });
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(step, { minLength: 1, maxLength: 10 }),
        (aheadMs, steps) => {
          let time = Date.UTC(2026, 1);
          let offMs = aheadMs % hour;
          const recovery = createRecovery({ now: () => time + offMs });
          recovery.serverTime(time);
          let wrongInARow = 0;
          for (const { passedMs, wrongMs, setMs } of steps) {
            time += passedMs;
            offMs += setMs;
            wrongInARow = wrongMs > 0 ? wrongInARow + 1 : 0;
            recovery.serverTime(time + wrongMs);
            // Each wrong time can move it by half a minute, which the additional minute compensates.
            expect(recovery.since()).toBeLessThanOrEqual(time - 60_000 + wrongInARow * 30_000);
          }
          // It is corrected later, if the server times are right and the clock is not changed.
          for (let beat = 0; beat < 250; beat += 1) recovery.serverTime((time += 30_000));
          expect(recovery.since()).toBe(time - 60_000);
        },
      ),
    );
  });
});

describe('listeners', () => {
  it('are called for changed agents and sessions, after the maps are updated', async () => {
    const harness = new ClientHarness();
    const { client } = harness;
    const heard: unknown[] = [];
    client.on('agent:status', (status) => {
      expect(client.agents.get(status.agentId)).toBe(status);
      heard.push(status);
    });
    client.on('session:activity', (activity: SessionActivity) => {
      const key = sessionKey(activity.agentId, activity.sessionId);
      expect(client.sessions.get(key)).toBe(activity);
      heard.push(activity);
    });
    await harness.accept({
      agents: [agent('a', 'online', 5)],
      sessions: [session('a', 's', 'x', 5)],
    });
    harness.socket.receive('agent:status', agent('a', 'online', 5));
    harness.socket.receive('agent:status', agent('a', 'error', 4));
    harness.socket.receive('agent:status', agent('a', 'offline', 6));
    harness.socket.receive('session:activity', session('b', 's', 'y', 1));
    expect(heard).toEqual([
      agent('a', 'online', 5),
      session('a', 's', 'x', 5),
      agent('a', 'offline', 6),
      session('b', 's', 'y', 1),
    ]);
    expect([...client.agents]).toEqual([['a', agent('a', 'offline', 6)]]);
    expect([...client.sessions.keys()]).toEqual(['["a","s"]', '["b","s"]']);
  });

  it('are removed separately', async () => {
    const harness = new ClientHarness();
    await harness.connect();
    const listener = jest.fn();
    const stops = [
      harness.client.on('agent:status', listener),
      harness.client.on('agent:status', listener),
    ];
    harness.socket.receive('agent:status', agent('a', 'online', 1));
    expect(listener).toHaveBeenCalledTimes(2);
    stops[0]?.();
    stops[0]?.();
    harness.socket.receive('agent:status', agent('a', 'online', 2));
    expect(listener).toHaveBeenCalledTimes(3);
    stops[1]?.();
    harness.socket.receive('agent:status', agent('a', 'online', 3));
    expect(listener).toHaveBeenCalledTimes(3);
  });

  it('are all called if one throws, and the error is reported as uncaught', async () => {
    // An error that is thrown in a microtask is an uncaught error.
    const uncaught: unknown[] = [];
    const queue = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => {
      try {
        task();
      } catch (error) {
        uncaught.push(error);
      }
    });
    try {
      const harness = new ClientHarness();
      const fault = new Error('listener');
      const others = jest.fn();
      for (const type of ['agent:status', 'connection'] as const) {
        harness.client.on(type, () => {
          throw fault;
        });
        harness.client.on(type, others);
      }
      await harness.connect();
      harness.socket.receive('agent:status', agent('a', 'online', 1));
      // Connected, synced and stable, and the status.
      expect(others).toHaveBeenCalledTimes(4);
      expect(uncaught).toEqual([fault, fault, fault, fault]);
      expect(harness.state).toBe('connected');
    } finally {
      queue.mockRestore();
    }
  });

  it('are not called after one of them closes the client', async () => {
    const harness = new ClientHarness();
    const heard: string[] = [];
    harness.client.on('agent:status', ({ agentId }) => {
      heard.push(agentId);
      harness.client.close();
    });
    await harness.accept({ agents: [agent('a', 'online', 1), agent('b', 'online', 1)] });
    expect(heard).toEqual(['a']);
    expect([harness.state, harness.time.pending]).toEqual(['closed', 0]);
  });

  it('can call reconnect()', async () => {
    const harness = new ClientHarness();
    harness.client.on('connection', ({ state }) => {
      if (state === 'waiting') harness.client.reconnect();
    });
    await harness.connect();
    harness.socket.drop();
    expect(harness.state).toBe('connecting');
    await harness.accept();
    expect([harness.state, harness.open.length]).toEqual(['connected', 1]);
  });
});

it('holds the last writer of each register after a snapshot, for any repeated, reordered or lost messages', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(eventArbitrary, { maxLength: 20 }),
      fc.infiniteStream(fc.nat(3)),
      async (events, stream) => {
        const fate = (): number => stream.next().value as number;
        const harness = new ClientHarness();
        const heard: EventMessage[] = [];
        harness.client.on('agent:status', (payload) =>
          heard.push({ type: 'agent:status', payload }),
        );
        harness.client.on('session:activity', (payload) =>
          heard.push({ type: 'session:activity', payload }),
        );
        await harness.accept();
        // Each message arrives zero to three times, at any position.
        const frames = events.flatMap((event) => Array<EventMessage>(fate()).fill(event));
        const rank = new Map(frames.map((frame) => [frame, fate()]));
        frames.sort((one, other) => (rank.get(one) ?? 0) - (rank.get(other) ?? 0));
        for (const { type, payload } of frames) harness.socket.receive(type, payload);
        harness.socket.drop();
        await harness.nextAttempt();
        const last = [...lastWriters(events).values()];
        await harness.accept({
          agents: last.flatMap((one) => (one.type === 'agent:status' ? [one.payload] : [])),
          sessions: last.flatMap((one) => (one.type === 'session:activity' ? [one.payload] : [])),
        });
        const { agents, sessions } = harness.client;
        const known = [...agents.values(), ...sessions.values()];
        const payloads = last.map(({ payload }) => payload);
        expect(known).toHaveLength(payloads.length);
        expect(known).toEqual(expect.arrayContaining(payloads));
        // Each final value was reported once, and no value was reported twice.
        for (const { type, payload } of last) {
          const same = heard.filter((one) => one.type === type && isSame(one.payload, payload));
          expect(same).toHaveLength(1);
        }
        expect(new Set(heard.map((one) => JSON.stringify(one))).size).toBe(heard.length);
        harness.client.close();
      },
    ),
  );
});

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
