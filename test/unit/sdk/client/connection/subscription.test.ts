// Subscriptions: what the client asks for, what it may see, and that it misses nothing of it and shows nothing else.
import fc from 'fast-check';
import { filterOf, narrow, type EventMessage } from '#sdk/protocol';
import { ClientHarness, settle, type FakeSocket } from '#test/support/client/client-harness';
import { FakeServer, type Fault } from '#test/support/client/fake-server';
import { agentEvent, sessionEvent } from '#test/support/data/events';
import type { MissionControlOptions } from '#sdk/client';

const requests = ({ sent }: FakeSocket) =>
  sent
    .filter(({ type }) => type !== 'ping' && type !== 'token:refresh')
    .map((message) => [message.type, 'payload' in message ? message.payload : undefined]);

/** A client and its server, which has an event for each of these agents. */
async function connected(options: Partial<MissionControlOptions>, agents = ['a', 'b', 'c']) {
  const harness = new ClientHarness(options);
  const server = new FakeServer(harness);
  for (const agentId of agents) server.report(agentEvent(agentId, 'online', 1));
  await server.run();
  return {
    harness,
    server,
    client: harness.client,
    /** The agents that the client knows. */
    known: () => [...harness.client.agents.keys()],
    visible: () => harness.client.connection.visibleAgents,
    /** Loses all connections, and lets the client reconnect. */
    reconnect: async () => {
      for (const socket of server.open) socket.drop();
      await harness.nextAttempt();
      await server.run();
      return harness.socket;
    },
  };
}

describe('a client without patterns', () => {
  it('offers and sends the same as before', async () => {
    const { harness, visible } = await connected({});
    expect(harness.socket.protocols).toEqual([
      'mission-control',
      'token-1',
      'mission-control.batch',
    ]);
    expect(harness.socket.sent).toEqual([{ type: 'state:sync', payload: {} }]);
    expect(visible()).toBeUndefined();
    expect('visibleAgents' in JSON.parse(JSON.stringify(harness.client.connection))).toBe(false);
  });

  it('sends nothing if it subscribes to all agents', async () => {
    const { harness, client } = await connected({ agents: ['*'] });
    client.subscribe(['*', 'a']);
    await settle();
    expect(harness.socket.protocols).toHaveLength(3);
    expect(harness.socket.sent).toEqual([{ type: 'state:sync', payload: {} }]);
  });

  it('shows the scope of its token, and forgets what a narrower one does not contain', async () => {
    const { server, harness, known, visible, reconnect } = await connected({});
    server.scope = ['a', 'b'];
    await reconnect();
    expect([known(), visible()]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(requests(harness.socket)).toHaveLength(1);
  });

  it('requests the complete state if the token of the next connection has a wider scope', async () => {
    const { server, known, visible, reconnect } = await connected({});
    server.scope = ['a'];
    await reconnect();
    await server.pass(600_000);
    server.scope = ['*'];
    const socket = await reconnect();
    expect(requests(socket).map(([type, payload]) => [type, Object.keys(payload ?? {})])).toEqual([
      ['state:sync', ['since']],
      ['state:sync', []],
    ]);
    expect([known(), visible()]).toEqual([['a', 'b', 'c'], undefined]);
  });
});

describe('a client with patterns', () => {
  it('offers to subscribe first, does so instead of its first sync, and holds only these agents', async () => {
    const { harness, known, visible } = await connected({ agents: ['b', 'a'] });
    expect(harness.socket.protocols).toEqual([
      'mission-control',
      'token-1',
      'mission-control.batch',
      'mission-control.subscribe',
    ]);
    expect(harness.socket.sent).toEqual([{ type: 'subscribe', payload: { agents: ['a', 'b'] } }]);
    expect([known(), visible()]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('does the same if it has subscribed before it connects', async () => {
    const { harness, client, server } = await connected({ autoConnect: false });
    client.subscribe(['c']);
    client.reconnect();
    await server.run();
    expect(harness.socket.protocols).toContain('mission-control.subscribe');
    expect(harness.socket.sent).toEqual([{ type: 'subscribe', payload: { agents: ['c'] } }]);
  });

  it('shows what is in force, if the scope of its token is narrower', async () => {
    const { client, server, known, visible, reconnect } = await connected({ agents: ['a', 'c*'] });
    server.scope = ['b', 'cd', 'c'];
    server.report(agentEvent('cd', 'online', 1));
    await reconnect();
    expect([known(), visible()]).toEqual([
      ['c', 'cd'],
      ['c', 'cd'],
    ]);
    server.report(agentEvent('a', 'error', 2));
    await server.run();
    expect(client.agents.has('a')).toBe(false);
  });

  it('subscribes again after a reconnect, with the time from which it has missed changes', async () => {
    const { server, known, reconnect, harness } = await connected({ agents: ['a', 'b'] });
    await server.pass(600_000);
    const since = harness.time.now() - 60_000;
    server.report(agentEvent('b', 'error', 2));
    server.report(agentEvent('c', 'error', 2));
    const socket = await reconnect();
    expect(requests(socket)).toEqual([['subscribe', { agents: ['a', 'b'], since }]]);
    expect(known()).toEqual(['a', 'b']);
    expect(harness.client.agents.get('b')?.status).toBe('error');
  });

  it('requests the complete state of all if patterns were added while it was not connected', async () => {
    const { client, server, known, reconnect } = await connected({ agents: ['a'] });
    await server.pass(600_000);
    server.open[0]?.drop();
    client.subscribe(['a', 'b']);
    expect(requests(await reconnect())).toEqual([['subscribe', { agents: ['a', 'b'] }]]);
    expect(known()).toEqual(['a', 'b']);
  });

  it('requests the complete state after the answer if the scope has become wider meanwhile', async () => {
    const { server, known, reconnect } = await connected({ agents: ['a', 'b'] });
    server.scope = ['a'];
    await reconnect();
    await server.pass(600_000);
    server.scope = ['*'];
    const socket = await reconnect();
    expect(requests(socket).map(([type]) => type)).toEqual(['subscribe', 'state:sync']);
    expect(requests(socket)[1]?.[1]).toEqual({});
    expect(known()).toEqual(['a', 'b']);
  });

  it('requests the complete state of agents that it has forgotten since its last complete state', async () => {
    const { harness, client, server, known, reconnect } = await connected({ agents: ['a', 'b'] });
    await server.pass(600_000);
    server.open[0]?.drop();
    client.subscribe(['a']);
    await harness.nextAttempt();
    await server.accept();
    // The connection is lost before the snapshot.
    harness.socket.receive('subscribed', { agents: ['a'] });
    expect(known()).toEqual(['a']);
    harness.socket.drop();
    client.subscribe(['a', 'b']);
    await reconnect();
    expect(known()).toEqual(['a', 'b']);
  });

  it('subscribes on the connection that replaces the current one, and changes no state', async () => {
    const { harness, server, known, visible } = await connected({ agents: ['a'] });
    await server.pass(6_000);
    server.open[0]?.receive('connection:closing', { reason: 'token_expired' });
    await server.run();
    expect(harness.sockets).toHaveLength(2);
    expect(requests(harness.socket)).toEqual([
      ['subscribe', { agents: ['a'], since: expect.any(Number) as number }],
    ]);
    await server.pass(3_000);
    expect([known(), visible(), harness.open.length]).toEqual([['a'], ['a'], 1]);
    expect(new Set(harness.states)).toEqual(new Set(['connecting', 'connected']));
  });
});

describe('subscribe()', () => {
  it('asks for other agents in one message, however often it is called within a tick', async () => {
    const { harness, client, server, known, visible } = await connected({ agents: ['a'] });
    for (const agents of [[], ['b'], ['c'], ['b', 'c']]) client.subscribe(agents);
    await server.run();
    expect(harness.socket.sent.slice(1)).toEqual([
      { type: 'subscribe', payload: { agents: ['b', 'c'] } },
    ]);
    expect([known(), visible()]).toEqual([
      ['b', 'c'],
      ['b', 'c'],
    ]);
  });

  it('sends nothing if the agents are the same in the end', async () => {
    const { harness, client, server } = await connected({ agents: ['a', 'b*'] });
    client.subscribe(['c']);
    client.subscribe(['b*', 'a', 'bc']);
    await server.run();
    expect(harness.socket.sent).toHaveLength(1);
  });

  it('waits for the answer to the one before, and then sends the newest patterns', async () => {
    const { harness, client, server, known } = await connected({ agents: ['a'] });
    for (const agentId of ['b', 'c', 'a']) {
      client.subscribe([agentId]);
      await settle();
    }
    expect(requests(harness.socket)).toHaveLength(2);
    await server.run();
    expect(requests(harness.socket).map(([, payload]) => payload)).toEqual([
      { agents: ['a'] },
      { agents: ['b'] },
      { agents: ['a'] },
    ]);
    expect(known()).toEqual(['a']);
  });

  it('waits for the answer to token:refresh, which waits for the answer to subscribe', async () => {
    const { harness, client, server } = await connected({ agents: ['a'] });
    client.refresh();
    await settle();
    client.subscribe(['b']);
    await settle();
    expect(harness.socket.sent.map(({ type }) => type)).toEqual(['subscribe', 'token:refresh']);
    while (server.step(harness.socket));
    await server.deliver(harness.socket);
    expect(harness.socket.sent.at(-1)?.type).toBe('subscribe');
    client.refresh();
    await settle();
    expect(harness.socket.sent).toHaveLength(3);
    await server.run();
    expect(harness.socket.sent.map(({ type }) => type).slice(2)).toEqual([
      'subscribe',
      'token:refresh',
    ]);
  });

  it('is repeated after 10 s without an answer, also if token:refresh is not answered', async () => {
    const { harness, client } = await connected({ agents: ['a'] });
    client.refresh();
    client.subscribe(['b']);
    await settle();
    expect(harness.socket.sent.at(-1)?.type).toBe('subscribe');
    await harness.time.pass(20_000);
    const types = harness.socket.sent.map(({ type }) => type);
    expect(types.filter((type) => type === 'subscribe').length).toBeGreaterThan(2);
    expect(types.filter((type) => type === 'token:refresh').length).toBeGreaterThan(0);
  });

  it.each(['rate_limited', 'unavailable', 'lost'] as const)(
    'is repeated after a pause if the answer is %s, and misses nothing',
    async (fault) => {
      const { harness, client, server, known } = await connected({ agents: ['a'] });
      client.subscribe(['b']);
      await settle();
      while (server.step(harness.socket, fault));
      while (await server.deliver(harness.socket));
      expect(known()).toEqual(['a']);
      client.subscribe(['b', 'c']);
      await settle();
      expect(requests(harness.socket)).toHaveLength(2);
      await server.pass(10_000);
      await server.run();
      expect(known().sort()).toEqual(['b', 'c']);
      const asked = requests(harness.socket).map(([, payload]) => payload);
      // The same again, as the protocol says: it may have had an effect, even after a limit, which may be that of a ping.
      expect(asked.slice(2)).toEqual([{ agents: ['b'] }, { agents: ['b', 'c'] }]);
    },
  );

  it.each([[['a', 'b', 'c']], [['c']], [['a']]])(
    'misses nothing of %j if the one before had an effect, its answer was lost, and a ping was limited',
    async (agents) => {
      const { harness, client, server, known, visible } = await connected({ agents: ['a'] });
      client.subscribe(['b', 'c']);
      await settle();
      while (server.step(harness.socket, 'lost'));
      harness.page.set({ isVisible: false });
      harness.page.set({ isVisible: true });
      while (server.step(harness.socket, 'rate_limited'));
      client.subscribe(agents);
      await server.pass(10_000);
      await server.run();
      expect(known().sort()).toEqual(agents);
      expect(visible()).toEqual(agents);
      server.report(agentEvent(agents[0] ?? '', 'error', 2));
      await server.run();
      expect(client.agents.get(agents[0] ?? '')?.status).toBe('error');
    },
  );

  it('misses nothing if the one before had an effect, has no answer, and the connection is lost minutes later', async () => {
    const { client, server, harness, reconnect } = await connected({});
    client.subscribe(['b']);
    await settle();
    server.step(harness.socket);
    client.subscribe(['a']);
    server.report(agentEvent('a', 'error', 2));
    await server.pass(100_000);
    expect(client.agents.get('a')?.status).toBe('online');
    await reconnect();
    expect([...client.agents.values()].map(({ agentId, status }) => [agentId, status])).toEqual([
      ['a', 'error'],
    ]);
    expect(client.connection.isSynced).toBe(true);
  });

  it('requests the complete state of what comes into view after a lost answer and limits that last longer than what a sync overlaps', async () => {
    const { harness, client, server } = await connected({ agents: ['a'] });
    client.subscribe([]);
    await settle();
    while (server.step(harness.socket, 'lost'));
    server.report(agentEvent('a', 'error', 2));
    harness.page.set({ isVisible: false });
    harness.page.set({ isVisible: true });
    // The pauses between the requests.
    for (const [agentId, pauseMs] of [
      ['b', 10_000],
      ['c', 20_000],
      ['a', 40_000],
    ] as const) {
      while (server.step(harness.socket, 'rate_limited'));
      client.subscribe([agentId]);
      await server.pass(pauseMs);
    }
    await server.run();
    expect(requests(harness.socket).at(-1)).toEqual(['subscribe', { agents: ['a'] }]);
    expect(client.agents.get('a')?.status).toBe('error');
  });

  it.each([
    [['a*b'], 'ids'],
    [[''], 'ids'],
    [[7], 'ids'],
    ['a', 'ids'],
    [Array.from({ length: 101 }, (_, index) => `agent-${index}`), '100'],
    [Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(100)), '4096'],
  ])('throws an error that says what is expected for %j', async (agents, expected) => {
    const { harness, client } = await connected({ agents: ['a'] });
    const given = agents as readonly string[];
    expect(() => {
      client.subscribe(given);
    }).toThrow(TypeError);
    expect(() => {
      client.subscribe(given);
    }).toThrow(expected);
    expect(() => new ClientHarness({ agents: given })).toThrow(TypeError);
    await settle();
    expect(harness.socket.sent).toHaveLength(1);
  });
});

describe('a token with another scope on the open connection', () => {
  it('makes the client forget what it may no longer see, and tell its listeners', async () => {
    const { harness, client, server, known } = await connected({});
    server.report(sessionEvent('b', 's', 'm', 1));
    await server.run();
    const heard: unknown[] = [];
    client.on('connection', ({ visibleAgents, isSynced }) => {
      heard.push([visibleAgents, isSynced, known(), client.sessions.size]);
    });
    client.on('forgotten', ({ registers }) => heard.push(registers));
    server.scope = ['a', 'c'];
    client.refresh();
    await server.run();
    expect(heard).toEqual([
      [
        { type: 'agent:status', value: agentEvent('b', 'online', 1).payload },
        { type: 'session:activity', value: sessionEvent('b', 's', 'm', 1).payload },
      ],
      [['a', 'c'], false, ['a', 'c'], 0],
      [['a', 'c'], true, ['a', 'c'], 0],
    ]);
    // The answer says what is in force, if late answers have come in another order.
    expect(requests(harness.socket).slice(1)).toEqual([
      ['state:sync', { since: expect.any(Number) as number }],
    ]);
    // An event on its way, or from a replaced connection.
    harness.socket.receive('agent:status', { agentId: 'b', status: 'online', timestamp: 9 });
    expect(known()).toEqual(['a', 'c']);
  });

  it('is followed by one complete sync, after its answer, if the client sees more than before', async () => {
    const { harness, client, server, known, visible, reconnect } = await connected({});
    server.scope = ['a'];
    await reconnect();
    server.scope = ['a', 'b'];
    client.refresh();
    await settle();
    while (server.step(harness.socket));
    await server.deliver(harness.socket);
    expect(visible()).toEqual(['a', 'b']);
    expect(requests(harness.socket)).toHaveLength(1);
    await server.run();
    expect(requests(harness.socket).slice(1)).toEqual([['state:sync', {}]]);
    expect(known()).toEqual(['a', 'b']);
  });
});

describe('an answer that is later than the client waits', () => {
  it('of a token with another scope, after the newer one to subscribe, is followed by a sync, which says what is in force', async () => {
    const { harness, client, server, known, visible } = await connected({});
    client.subscribe(['a', 'b']);
    await server.run();
    // The effect of an earlier token, which was posted long ago.
    harness.socket.receive('subscribed', { agents: ['a'] });
    expect(visible()).toEqual(['a']);
    await server.run();
    expect(requests(harness.socket).slice(2)).toEqual([
      ['state:sync', { since: expect.any(Number) as number }],
      ['state:sync', {}],
    ]);
    expect([known().sort(), visible()]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('to a state:sync, which says what was in force then, does not end a subscribe, which is limited', async () => {
    const { harness, client } = await connected({ agents: ['a'] });
    client.subscribe(['b']);
    await settle();
    const before = requests(harness.socket);
    const lists = { agents: [], sessions: [], timestamp: harness.time.now(), complete: true };
    harness.socket.receive('state:snapshot', { ...lists, visibleAgents: ['a'] });
    harness.socket.receive('error', { code: 'rate_limited', message: 'No.' });
    await harness.time.pass(10_000);
    expect(before.at(-1)).toEqual(['subscribe', { agents: ['b'] }]);
    expect(requests(harness.socket)).toEqual([...before, ['subscribe', { agents: ['b'] }]]);
  });

  it('to a limited subscribe does not end the turn of token:refresh', async () => {
    const { harness, client } = await connected({ agents: ['a'] });
    client.subscribe(['b']);
    await settle();
    client.refresh();
    await harness.time.pass(30_000);
    const types = () => harness.socket.sent.map(({ type }) => type).slice(1);
    const sent = ['subscribe', 'subscribe', 'token:refresh', 'token:refresh'];
    expect(types()).toEqual(sent);
    harness.socket.receive('error', { code: 'rate_limited', message: 'No.' });
    await settle();
    expect(types()).toEqual(sent);
    harness.socket.receive('token:refreshed', { expiresAt: harness.time.now() + 3_600_000 });
    await settle();
    expect(types()).toEqual([...sent, 'subscribe']);
  });
});

describe('a server of an earlier version', () => {
  it('makes the client itself leave out what it did not ask for', async () => {
    const harness = new ClientHarness({ agents: ['a', 'b'] });
    const server = new FakeServer(harness);
    server.isLegacy = true;
    const heard: string[] = [];
    harness.client.on('agent:status', ({ agentId }) => heard.push(agentId));
    await server.accept();
    for (const agentId of ['a', 'b', 'c']) server.report(agentEvent(agentId, 'online', 1));
    await server.run();
    expect(requests(harness.socket).map(([type]) => type)).toEqual(['subscribe', 'state:sync']);
    expect(heard).toEqual(['a', 'b']);
    harness.client.subscribe(['b', 'c']);
    expect(harness.client.connection.isSynced).toBe(false);
    await settle();
    expect(harness.client.connection.isSynced).toBe(false);
    await server.run();
    expect(harness.client.connection.isSynced).toBe(true);
    expect(requests(harness.socket).slice(2)).toEqual([['state:sync', {}]]);
    expect([...harness.client.agents.keys()]).toEqual(['b', 'c']);
    harness.client.subscribe(['c']);
    await server.run();
    expect(requests(harness.socket)).toHaveLength(3);
    expect(harness.client.connection.visibleAgents).toEqual(['c']);
  });
});

it('requests the state of an earlier server again if other agents are asked for during the answer', async () => {
  const harness = new ClientHarness({ agents: ['a', 'b'] });
  const server = new FakeServer(harness);
  server.isLegacy = true;
  for (const agentId of ['a', 'b', 'c']) server.report(agentEvent(agentId, 'online', 1));
  await server.accept();
  while (server.step(harness.socket));
  await server.deliver(harness.socket);
  while (server.step(harness.socket));
  // The first part of the snapshot, which has the agents up to b.
  await server.deliver(harness.socket);
  harness.client.subscribe(['a']);
  await settle();
  harness.client.subscribe(['a', 'b']);
  await server.run();
  expect([...harness.client.agents.keys()].sort()).toEqual(['a', 'b']);
});

it('does not take the late answer to a state:sync for that to a subscribe', async () => {
  const harness = new ClientHarness();
  const server = new FakeServer(harness);
  server.isLegacy = true;
  for (const agentId of ['a', 'b']) server.report(agentEvent(agentId, 'online', 1));
  await server.accept();
  harness.client.subscribe(['a']);
  await harness.time.pass(10_000);
  expect(requests(harness.socket).map(([type]) => type)).toEqual(['state:sync', 'subscribe']);
  await server.run();
  expect([...harness.client.agents.keys()]).toEqual(['a']);
});

type Command =
  | { readonly type: 'report'; readonly event: EventMessage }
  | { readonly type: 'subscribe' | 'scope'; readonly patterns: readonly string[] }
  | { readonly type: 'step'; readonly which: number; readonly fault: Fault | undefined }
  | { readonly type: 'deliver'; readonly which: number }
  | { readonly type: 'refresh' | 'drop' | 'rotate' | 'accept' | 'run' | 'pass' };

const agentIds = ['a', 'a/1', 'a/2', 'b', 'b/1'];
const patterns = fc.subarray(['a', 'a/*', 'a/1', 'b*', 'b/1', '*']);
const command = (count: number): fc.Arbitrary<Command> => {
  const event = fc
    .tuple(fc.constantFrom(...agentIds), fc.boolean())
    .map(([agentId, isStatus]) =>
      isStatus ? agentEvent(agentId, 'online', count) : sessionEvent(agentId, 's', 'm', count),
    );
  const which = fc.nat(1);
  const fault = fc.option(fc.constantFrom<Fault>('rate_limited', 'unavailable', 'lost'), {
    nil: undefined,
    freq: 6,
  });
  return fc.oneof<fc.MaybeWeightedArbitrary<Command>[]>(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('report'), event }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('subscribe'), patterns }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('scope'), patterns }) },
    { weight: 7, arbitrary: fc.record({ type: fc.constant('step'), which, fault }) },
    { weight: 7, arbitrary: fc.record({ type: fc.constant('deliver'), which }) },
    {
      weight: 5,
      arbitrary: fc.record({
        type: fc.constantFrom('refresh', 'drop', 'rotate', 'accept', 'run', 'pass'),
      }),
    },
  );
};
const commands = fc
  .integer({ min: 1, max: 40 })
  .chain((length) => fc.tuple(...Array.from({ length }, (_, index) => command(index + 1))));

async function perform(command: Command, harness: ClientHarness, server: FakeServer) {
  const socket = 'which' in command ? server.open[command.which] : server.open[0];
  switch (command.type) {
    case 'report':
      server.report(command.event);
      break;
    case 'subscribe':
      harness.client.subscribe(command.patterns);
      break;
    case 'scope':
      server.scope = server.isLegacy ? ['*'] : command.patterns;
      break;
    case 'step':
      if (socket) server.step(socket, command.fault);
      break;
    case 'deliver':
      if (socket) await server.deliver(socket);
      break;
    case 'refresh':
      if (socket) harness.client.refresh();
      break;
    case 'drop':
      socket?.drop();
      await harness.nextAttempt();
      break;
    case 'rotate':
      // The server closes it itself, a little later.
      socket?.receive('connection:closing', { reason: 'token_expired' });
      break;
    case 'accept':
      await server.accept();
      break;
    case 'run':
      await server.run();
      break;
    case 'pass':
      await server.pass(100_000);
      break;
  }
  await settle();
}

/** The events that the client holds, as text. */
const heldBy = ({ client }: ClientHarness) =>
  [
    ...[...client.agents.values()].map((payload) => ({ type: 'agent:status', payload })),
    ...[...client.sessions.values()].map((payload) => ({ type: 'session:activity', payload })),
  ]
    .map((event) => JSON.stringify(event))
    .sort();

it.each([false, true])(
  'holds exactly what it may see and has asked for, and never anything else, in any order of events, answers, faults and reconnects (earlier server: %s)',
  async (isLegacy) => {
    await fc.assert(
      fc.asyncProperty(fc.option(patterns), commands, async (agents, all) => {
        const harness = new ClientHarness(agents ? { agents } : {});
        const server = new FakeServer(harness);
        server.isLegacy = isLegacy;
        let wanted: readonly string[] = agents ?? ['*'];
        await server.accept();
        for (const each of all) {
          if (each.type === 'subscribe') wanted = each.patterns;
          await perform(each, harness, server);
          const visible = filterOf(harness.client.connection.visibleAgents ?? ['*']);
          const ids = [...harness.client.agents.values(), ...harness.client.sessions.values()];
          expect(ids.filter(({ agentId }) => !visible.matches(agentId))).toEqual([]);
          // Once it is synced, it sees nothing that it has not asked for.
          if (harness.client.connection.isSynced)
            expect(narrow(visible, filterOf(wanted)).patterns).toEqual(visible.patterns);
        }
        // All tokens have the same scope in the end, and all that waits is done.
        harness.client.refresh();
        await server.run();
        for (let pauses = 0; pauses < 8; pauses += 1) {
          await server.pass(100_000);
          await harness.nextAttempt();
          await server.run();
        }
        const view = narrow(filterOf(server.scope), filterOf(wanted));
        expect(heldBy(harness)).toEqual(server.eventsOf(view));
        expect(harness.client.connection.isSynced).toBe(true);
        const { visibleAgents } = harness.client.connection;
        expect(visibleAgents ?? ['*']).toEqual(view.patterns);
        harness.client.close();
        expect(harness.time.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  },
);
