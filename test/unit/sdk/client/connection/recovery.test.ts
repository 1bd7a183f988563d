// Nothing is missed, and nothing is heard twice.
import fc from 'fast-check';
import { createRecovery } from '#sdk/client/connection/recovery';
import { sessionKey, type AgentStatus, type SessionActivity } from '#sdk/client';
import type { EventMessage } from '#sdk/protocol';
import { ClientHarness, settle } from '../../../../support/client/client-harness';
import { eventArbitrary, lastWriters } from '../../../../support/contracts/state-store';

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
  it('asks for everything at first, then from a minute before the last server time seen', async () => {
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
    // The second came at the same time as the first: to be on the safe side, it is not newer.
    expect(sinceOf(harness)).toEqual({ since: timestamp - 1_000 - 60_000 });
  });

  it("goes by the server's clock only: neither by ours nor by that of a backend", async () => {
    const harness = new ClientHarness();
    await harness.accept({ timestamp: 1_000_000 });
    harness.socket.receive('agent:status', agent('a', 'online', 9_000_000));
    await harness.time.pass(60_000);
    harness.socket.drop();
    await harness.nextAttempt();
    harness.socket.accept();
    expect(sinceOf(harness)).toEqual({ since: 940_000 });
  });

  it('does not count the time of a connection that was never synced: what it missed is unknown', async () => {
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

  it('never asks for a time before 1970', async () => {
    const harness = new ClientHarness();
    await harness.accept({ timestamp: 1_000 });
    harness.client.reconnect();
    await settle();
    harness.socket.accept();
    expect(sinceOf(harness)).toEqual({ since: 0 });
  });

  it('is asked again while there is no complete answer, less and less often', async () => {
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

describe('one wrong time of a server', () => {
  const hour = 3_600_000;

  /** What a client asks for that lost its connection so long after that. */
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

  it('that is an hour ahead skips nothing, neither at once nor later', async () => {
    expect(await askedAfter(hour, 0)).toBe(-30);
    expect(await askedAfter(hour, 30)).toBe(-60);
    expect(await askedAfter(hour, 600)).toBe(-60);
  });

  it('that is an hour behind asks for an hour more, and for no more than that, until it is made up for', async () => {
    expect(await askedAfter(-hour, 0)).toBe(-3_660);
    expect(await askedAfter(-hour, 600)).toBe(-3_060);
    expect(await askedAfter(-hour, 3_600)).toBe(-60);
  });

  it('in the first snapshot is followed back by the next heartbeat', async () => {
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

  it('hides nothing that happens while the client is away', async () => {
    const harness = new ClientHarness();
    /** What the server has stored, and when by its clock. */
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

  it('of whatever kind: what is asked for is at most half a minute late, by the right clock', () => {
    const step = fc.record({
      passedMs: fc.integer({ min: 0, max: 120_000 }),
      // By how much the server is wrong, and our own clock is set to another time.
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
            // Each that is wrong may move it by half a minute, which the minute asked for once more makes up for.
            expect(recovery.since()).toBeLessThanOrEqual(time - 60_000 + wrongInARow * 30_000);
          }
          // And it is made up for in the end, if the server is right and the clock stays.
          for (let beat = 0; beat < 250; beat += 1) recovery.serverTime((time += 30_000));
          expect(recovery.since()).toBe(time - 60_000);
        },
      ),
    );
  });
});

describe('listeners', () => {
  it('hear of agents and sessions that changed, with the maps up to date', async () => {
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

  it('each stops by itself', async () => {
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

  it('one that throws does not keep others from hearing, and is reported', async () => {
    // What is thrown in a microtask is an uncaught error.
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
      expect(others).toHaveBeenCalledTimes(3);
      expect(uncaught).toEqual([fault, fault, fault]);
      expect(harness.state).toBe('connected');
    } finally {
      queue.mockRestore();
    }
  });

  it('one that closes the client is the last to hear', async () => {
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

  it('one may reconnect from within', async () => {
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

it('whatever is repeated, reordered or lost before a snapshot: the last writer of each register', async () => {
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
        // Lost, once, twice, three times; and each copy at some place of its own.
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
        // Each final value was heard once, and no register went back.
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
