// What a connection may see, in the answers of `subscribe`, `state:sync` and `token:refresh`.
import type { Connection } from '#core/connections/ports';
import { createAnswerFakes, scopedTokenOf } from '#test/support/core/answer';
import { agentEvent, emptyLists, sessionEvent, snapshotFacts } from '#test/support/data/events';
import { viewOf } from '#test/support/data/views';

interface Message {
  readonly type: string;
  readonly payload: Record<string, unknown>;
}

const subscribe = (agents: readonly string[], since?: number) => ({
  type: 'subscribe',
  payload: { agents, ...(since !== undefined && { since }) },
});
const unavailable = { type: 'error', payload: { code: 'unavailable' } };
const limited = { type: 'error', payload: { code: 'rate_limited' } };
const agents = ['team-a/one', 'team-a/two', 'team-b/one', 'Team-a/one', '__proto__', 'agent-123'];

/** Fakes with a status and a session of each agent, and a connection with the given patterns. */
async function setUp({ scope, subscribed }: { scope?: string[]; subscribed?: string[] } = {}) {
  const fakes = createAnswerFakes();
  const { clock, connections, gateway, state, ask } = fakes;
  for (const [index, agentId] of agents.entries()) {
    const updatedAt = clock.now() - 1_000 + index;
    const times = { updatedAt, expiresAt: updatedAt + 1e10 };
    await state.put(agentEvent(agentId, 'online', 1), times);
    await state.put(sessionEvent(agentId, 's#1', 'hello', 1), times);
  }
  const limits = scope !== undefined || subscribed !== undefined;
  const view = limits ? viewOf({ scope, agents: subscribed }) : undefined;
  const connection: Connection = { ...fakes.connection, ...(view && { view }) };
  connections.records.set(connection.connectionId, connection);
  const reads = { shards: 0, agents: [] as string[] };
  const pages = state.pages.bind(state);
  const pagesOfAgent = state.pagesOfAgent.bind(state);
  state.pages = (...query) => {
    reads.shards += 1;
    return pages(...query);
  };
  state.pagesOfAgent = (...query) => {
    reads.agents.push(query[0]);
    return pagesOfAgent(...query);
  };
  /** Everything that the client is sent for a message: the posts, and then the answer. */
  async function receive(message: object): Promise<Message[]> {
    const before = gateway.posts.length;
    const answered = await ask(message);
    const posted = gateway.posts.slice(before).map((post) => post.message as Message);
    return answered === undefined ? posted : [...posted, answered];
  }
  const current = () => connections.records.get(connection.connectionId)?.view;
  return { ...fakes, connection, reads, receive, current };
}

/** The agents in the snapshot of an answer, each of which has a status and a session. */
function agentsIn(messages: readonly Message[]): string[] {
  const listed = (list: string) =>
    messages.flatMap(({ payload }) => (payload[list] ?? []) as { agentId: string }[]);
  const ids = (list: string) => listed(list).map(({ agentId }) => agentId);
  const snapshots = messages.filter(({ type }) => type === 'state:snapshot');
  expect(snapshots.map(({ payload }) => payload['complete'])).toEqual([
    ...snapshots.slice(1).map(() => false),
    true,
  ]);
  expect(ids('sessions').sort()).toEqual(
    ids('agents')
      .filter((one) => typeof one === 'string')
      .sort(),
  );
  return ids('sessions').sort();
}

it('posts the patterns in force, and answers with the snapshot of what has come into view', async () => {
  const { receive, current, clock } = await setUp({ subscribed: [] });
  const messages = await receive(subscribe(['team-a/*', 'team-a/one', 'agent-123']));
  expect(messages).toEqual([
    { type: 'subscribed', payload: { agents: ['agent-123', 'team-a/*'] } },
    {
      type: 'state:snapshot',
      payload: {
        ...emptyLists(),
        agents: ['agent-123', 'team-a/two', 'team-a/one'].map((agentId) => ({
          agentId,
          status: 'online',
          timestamp: 1,
        })),
        sessions: ['agent-123', 'team-a/two', 'team-a/one'].map((agentId) => ({
          ...{ agentId, sessionId: 's#1', lastMessage: 'hello', timestamp: 1 },
        })),
        timestamp: clock.now(),
        complete: true,
        ...snapshotFacts,
        visibleAgents: ['agent-123', 'team-a/*'],
      },
    },
  ]);
  expect(current()?.agents).toBe('["agent-123","team-a/*"]');
});

it('sends only what was not visible before', async () => {
  const { receive } = await setUp({ subscribed: ['team-a/one'] });
  expect(agentsIn(await receive(subscribe(['team-a/*', 'team-b/one'])))).toEqual([
    'team-a/two',
    'team-b/one',
  ]);
  expect(agentsIn(await receive(subscribe(['*'])))).toEqual([
    'Team-a/one',
    '__proto__',
    'agent-123',
  ]);
});

it('answers with an empty, complete snapshot if nothing has come into view, and reads nothing', async () => {
  const { receive, reads, current, clock } = await setUp();
  const [first, ...rest] = await receive(subscribe(['team-a/*']));
  expect(first).toEqual({ type: 'subscribed', payload: { agents: ['team-a/*'] } });
  expect(rest).toEqual([
    {
      type: 'state:snapshot',
      payload: {
        ...emptyLists(),
        timestamp: clock.now(),
        complete: true,
        ...snapshotFacts,
        visibleAgents: ['team-a/*'],
      },
    },
  ]);
  expect(reads).toEqual({ shards: 0, agents: [] });
  expect(current()?.inForce.patterns).toEqual(['team-a/*']);
});

it('leaves out what was stored until `since`', async () => {
  const { receive, clock } = await setUp({ subscribed: [] });
  const since = clock.now() - 1_000 + agents.indexOf('team-b/one');
  expect(agentsIn(await receive(subscribe(['*'], since)))).toEqual([
    'Team-a/one',
    '__proto__',
    'agent-123',
  ]);
});

it('reads only the registers of the agents that are named by their ids', async () => {
  const { receive, reads } = await setUp({ subscribed: ['team-b/*'] });
  const messages = await receive(subscribe(['team-b/*', 'agent-123', '__proto__', 'team-b/one']));
  expect(agentsIn(messages)).toEqual(['__proto__', 'agent-123']);
  expect(reads.shards).toBe(0);
  expect(reads.agents.sort()).toEqual(['__proto__', 'agent-123']);
});

it.each([
  ['prototype keys are agents like any other', ['__proto__', 'constructor'], ['__proto__']],
  ['case matters', ['Team-a/*'], ['Team-a/one']],
  ['characters of regular expressions match themselves', ['team-./*', 'agent-[0-9]+'], []],
  ['an escaped * matches itself', ['team-a/\\*'], []],
])('%s', async (_, patterns, expected) => {
  const { receive } = await setUp({ subscribed: [] });
  expect(agentsIn(await receive(subscribe(patterns)))).toEqual(expected);
});

describe('beyond the scope', () => {
  it.each([
    [['*'], ['team-a/*'], ['team-a/one', 'team-a/two']],
    [['team-b/one'], [], []],
    [['team-a/one', 'team-b/*', 'Team-a/one'], ['team-a/one'], ['team-a/one']],
    [['team*'], ['team-a/*'], ['team-a/one', 'team-a/two']],
  ])('%j is narrowed to %j', async (patterns, inForce, visible) => {
    const { receive } = await setUp({ scope: ['team-a/*'], subscribed: [] });
    const messages = await receive(subscribe(patterns));
    expect(messages[0]).toEqual({ type: 'subscribed', payload: { agents: inForce } });
    expect(messages.at(-1)?.payload['visibleAgents']).toEqual(inForce);
    expect(agentsIn(messages)).toEqual(visible);
  });
});

describe('a repeated subscription', () => {
  it('is answered with everything in view, because its first answer may have been lost', async () => {
    const { receive } = await setUp({ scope: ['team-a/*'], subscribed: ['team*'] });
    expect(agentsIn(await receive(subscribe(['team*', 'team-b/one'])))).toEqual([
      'team-a/one',
      'team-a/two',
    ]);
  });

  it.each([
    ['the message with the patterns cannot be posted', 1],
    ['the snapshot cannot be posted', 2],
  ])(
    'is answered with everything, if the first one was unavailable because %s',
    async (_, from) => {
      const { receive, gateway, state, clock, counted } = await setUp({ subscribed: [] });
      const times = { updatedAt: clock.now(), expiresAt: clock.now() + 1e10 };
      for (const agentId of ['team-a/3', 'team-a/4'])
        await state.put(sessionEvent(agentId, 's', 'x'.repeat(30_000), 1), times);
      let posts = 0;
      gateway.answer = () => ((posts += 1) >= from ? 'throttled' : 'delivered');
      expect((await receive(subscribe(['team-a/*']))).at(-1)).toMatchObject(unavailable);
      expect(counted).toEqual(from === 2 ? ['SnapshotsFailed'] : []);
      gateway.answer = () => 'delivered';
      const messages = await receive(subscribe(['team-a/*']));
      const sessions = messages.flatMap(({ payload }) => payload['sessions'] ?? []);
      expect(sessions).toHaveLength(4);
      expect(messages.at(-1)).toMatchObject({ payload: { complete: true } });
    },
  );

  it('is answered with everything, if the state could not be read for the first one', async () => {
    const { receive, state } = await setUp({ subscribed: [] });
    const pages = state.pages.bind(state);
    state.pages = () => {
      throw new Error('the store is down');
    };
    expect((await receive(subscribe(['team-b/*']))).at(-1)).toMatchObject(unavailable);
    state.pages = pages;
    expect(agentsIn(await receive(subscribe(['team-b/*'])))).toEqual(['team-b/one']);
  });
});

describe('admission', () => {
  const exhaust = async ({ ask }: { ask: (message: object) => Promise<unknown> }) => {
    for (let sync = 0; sync < 19; sync += 1) await ask({ type: 'state:sync' });
  };

  it('counts a subscription as a state:sync if all registers have to be read', async () => {
    const fakes = await setUp({ subscribed: [] });
    fakes.rateLimits.take = (_user, what) => Promise.resolve(what !== 'syncs');
    expect(await fakes.receive(subscribe(['team-a/*']))).toMatchObject([limited]);
    expect(fakes.current()?.agents).toBe('[]');
    expect(fakes.reads.shards).toBe(0);
    expect(fakes.counted).toEqual(['MessagesLimited']);
    // What is read agent by agent, or not at all, is not refused.
    expect(agentsIn(await fakes.receive(subscribe(['agent-123'])))).toEqual(['agent-123']);
    expect(agentsIn(await fakes.receive(subscribe([])))).toEqual([]);
  });

  it('takes one state:sync of the user, and releases its marker', async () => {
    const fakes = await setUp({ subscribed: [] });
    await exhaust(fakes);
    fakes.clock.advance(1);
    fakes.rateLimits.take = ((take) => (user, what, limit, now) =>
      what === 'syncs' ? take(user, what, limit, now) : Promise.resolve(true))(
      fakes.rateLimits.take.bind(fakes.rateLimits),
    );
    expect(agentsIn(await fakes.receive(subscribe(['team-b/*'])))).toEqual(['team-b/one']);
    expect(await fakes.receive(subscribe(['*']))).toMatchObject([limited]);
    expect(fakes.current()?.agents).toBe('["team-b/*"]');
    fakes.clock.advance(10_000);
    expect(agentsIn(await fakes.receive(subscribe(['*'])))).toHaveLength(5);
  });

  it('counts a subscription as a state:sync if more than 16 agents have come into view by their ids', async () => {
    const { receive, rateLimits, reads, current } = await setUp({ subscribed: ['agent-123'] });
    rateLimits.take = (_user, what) => Promise.resolve(what !== 'syncs');
    const ids = Array.from({ length: 17 }, (_, index) => `agent-${index}`);
    expect(await receive(subscribe([...ids, 'agent-123']))).toMatchObject([limited]);
    expect(current()?.agents).toBe('["agent-123"]');
    expect(agentsIn(await receive(subscribe([...ids.slice(1), 'agent-123'])))).toEqual([]);
    expect(reads.agents).toHaveLength(16);
    // With one more agent, only that one has come into view.
    expect(agentsIn(await receive(subscribe([...ids, 'agent-123'])))).toEqual([]);
    // A repetition would send the state of all of them again.
    expect(await receive(subscribe([...ids, 'agent-123']))).toMatchObject([limited]);
    expect(reads).toMatchObject({ shards: 0, agents: { length: 17 } });
  });

  it('is refused if a user has read the state of a few agents twice as often as a state:sync is allowed', async () => {
    const { receive, current, clock, rateLimits } = await setUp({ subscribed: [] });
    const take = rateLimits.take.bind(rateLimits);
    rateLimits.take = (user, what, limit, now) =>
      what === 'subscriptions' ? take(user, what, limit, now) : Promise.resolve(true);
    // What goes out of view, or is in view already, costs nothing.
    for (let index = 0; index < 40; index += 1) {
      expect(agentsIn(await receive(subscribe(['agent-123'])))).toEqual(['agent-123']);
      expect(agentsIn(await receive(subscribe([])))).toEqual([]);
    }
    expect(await receive(subscribe(['agent-123']))).toMatchObject([limited]);
    expect(current()?.agents).toBe('[]');
    clock.advance(5_000);
    expect(agentsIn(await receive(subscribe(['agent-123'])))).toEqual(['agent-123']);
  });

  it('is refused while the messages of clients cannot be counted', async () => {
    const { receive, rateLimits, current } = await setUp({ subscribed: [] });
    rateLimits.take = () => Promise.reject(new Error('the store is down'));
    expect(await receive(subscribe(['agent-123']))).toMatchObject([limited]);
    expect(current()?.agents).toBe('[]');
  });
});

it('refuses 10,000 patterns, and changes nothing', async () => {
  const { receive, current } = await setUp({ scope: ['team-a/*'] });
  const patterns = Array.from({ length: 10_000 }, (_, index) => `team-a/${index}`);
  expect(await receive(subscribe(patterns))).toMatchObject([
    { type: 'error', payload: { code: 'invalid_frame' } },
  ]);
  expect(current()?.agents).toBeUndefined();
});

it.each([
  ['has expired', 'expired'],
  ['has no record', 'removed'],
])('closes a connection that %s, without an answer', async (_, how) => {
  const { receive, connections, connection, gateway, clock, reads } = await setUp();
  if (how === 'removed') connections.records.clear();
  else
    connections.records.set(connection.connectionId, { ...connection, expiresAt: clock.now() - 1 });
  expect(await receive(subscribe(['team-a/*']))).toEqual([
    { type: 'connection:closing', payload: { reason: 'token_expired' } },
  ]);
  expect(gateway.closed).toEqual([connection.connectionId]);
  expect(connections.records.size).toBe(0);
  expect(reads).toEqual({ shards: 0, agents: [] });
});

it('creates no record if the connection is closed meanwhile', async () => {
  const { receive, connections } = await setUp();
  const changeView = connections.changeView.bind(connections);
  connections.changeView = (...change) => {
    connections.records.clear();
    return changeView(...change);
  };
  expect(await receive(subscribe(['team-a/*']))).toMatchObject([unavailable]);
  expect(connections.records.size).toBe(0);
});

it('sends nothing of a scope that a newer token takes away at the same time', async () => {
  const { receive, connections, connection, current } = await setUp({
    ...{ scope: ['team-a/*', 'team-b/*'], subscribed: [] },
  });
  const changeView = connections.changeView.bind(connections);
  connections.changeView = async (key, parts) => {
    await changeView(connection, { scope: ['team-a/*'] });
    return changeView(key, parts);
  };
  expect(await receive(subscribe(['team*']))).toMatchObject([unavailable]);
  connections.changeView = changeView;
  expect(current()?.inForce.patterns).toEqual(['team-a/*']);
  expect(agentsIn(await receive(subscribe(['team*'])))).toEqual(['team-a/one', 'team-a/two']);
});

it('answers with unavailable and logs an error if the subscription cannot be stored', async () => {
  const { receive, connections, log } = await setUp();
  connections.changeView = () => Promise.reject(new Error('the store is down'));
  expect(await receive(subscribe(['team-a/*']))).toMatchObject([unavailable]);
  expect(log.lines).toMatchObject([{ level: 'error', message: 'subscription not stored' }]);
});

it('logs counts, and no pattern', async () => {
  const { receive, log, connection } = await setUp({ scope: ['team-a/*'], subscribed: [] });
  await receive(subscribe(['team-a/one', 'team-a/two']));
  expect(log.lines).toMatchObject([
    {
      message: 'subscribed',
      fields: { connectionId: connection.connectionId, patterns: 2, ended: 'delivered' },
    },
    { message: 'state synced', fields: { registers: 4, messages: 1 } },
  ]);
  expect(JSON.stringify(log.lines)).not.toContain('team');
});

describe('state:sync', () => {
  it.each([
    [{ scope: ['team-a/*'] }, ['team-a/one', 'team-a/two'], ['team-a/*']],
    [{ subscribed: ['agent-123'] }, ['agent-123'], ['agent-123']],
    [{ scope: ['team-a/*'], subscribed: ['team-a/one', 'team-b/one'] }, ['team-a/one'], undefined],
    [{ scope: ['team-a/*'], subscribed: [] }, [], []],
    [{ scope: ['*'] }, [...agents].sort(), 'absent'],
    [{}, [...agents].sort(), 'absent'],
  ])('of a connection with %j has the events of %j', async (parts, expected, visible) => {
    const { receive } = await setUp(parts);
    const messages = await receive({ type: 'state:sync' });
    expect(agentsIn(messages)).toEqual(expected);
    const last = messages.at(-1)?.payload ?? {};
    if (visible === 'absent') expect(last).not.toHaveProperty('visibleAgents');
    else expect(last['visibleAgents']).toEqual(visible ?? expected);
  });

  it('uses the view of the record, not that of the handshake', async () => {
    const { ask, connection, connections } = await setUp({ scope: ['*'] });
    await connections.changeView(connection, { scope: ['team-b/*'] });
    const answered = await ask({ type: 'state:sync' }, connection);
    expect(agentsIn(answered === undefined ? [] : [answered])).toEqual(['team-b/one']);
  });

  it('closes a connection without a record', async () => {
    const { receive, connections } = await setUp();
    connections.records.clear();
    expect(await receive({ type: 'state:sync' })).toEqual([
      { type: 'connection:closing', payload: { reason: 'token_expired' } },
    ]);
  });

  it('returns the newest registers of those in view, however many others are newer', async () => {
    const fakes = createAnswerFakes({ agents: 2, sessions: 2 });
    const { ask, clock, connection, connections, state } = fakes;
    const put = (agentId: string, age: number) =>
      state.put(agentEvent(agentId, 'online', 1), {
        updatedAt: clock.now() - age,
        expiresAt: clock.now() + 1e10,
      });
    for (let index = 0; index < 50; index += 1) await put(`team-b/${index}`, index);
    for (let index = 0; index < 5; index += 1) await put(`team-a/${index}`, 100 + index);
    const view = viewOf({ scope: ['team-a/*'] });
    connections.records.set(connection.connectionId, { ...connection, view });
    const answered = await ask({ type: 'state:sync' });
    expect(answered?.payload['agents']).toMatchObject([
      { agentId: 'team-a/0' },
      { agentId: 'team-a/1' },
    ]);
  });
});

describe('token:refresh', () => {
  const later = (connection: Connection) => connection.expiresAt + 60_000;
  const refresh = (token: string) => ({ type: 'token:refresh', payload: { token } });

  it.each([
    ['narrower', ['team-a/*', 'team-b/*'], ['team-a/*'], ['team-a/*']],
    ['wider', ['team-a/*'], ['team-a/*', 'team-b/*'], ['team-a/*', 'team-b/*']],
    ['other', ['team-b/*'], ['team-a/*'], ['team-a/*']],
    ['empty', ['team-b/*'], [], []],
  ])(
    'with a %s scope changes what the connection may see, and says so before the answer',
    async (_, scope, newScope, inForce) => {
      const { receive, connection, current, connections } = await setUp({ scope });
      const token = scopedTokenOf('alice', later(connection), newScope);
      expect(await receive(refresh(token))).toEqual([
        { type: 'subscribed', payload: { agents: inForce } },
        { type: 'token:refreshed', payload: { expiresAt: later(connection) } },
      ]);
      expect(current()?.scope).toBe(JSON.stringify(newScope));
      expect(connections.records.get(connection.connectionId)?.expiresAt).toBe(later(connection));
    },
  );

  it('keeps the subscription, whose patterns may come into force with the new scope', async () => {
    const { receive, connection, current } = await setUp({
      ...{ scope: ['team-a/*'], subscribed: ['team-b/one'] },
    });
    const token = scopedTokenOf('alice', later(connection), ['team-b/*']);
    expect((await receive(refresh(token)))[0]).toEqual({
      type: 'subscribed',
      payload: { agents: ['team-b/one'] },
    });
    expect(current()).toMatchObject({ scope: '["team-b/*"]', agents: '["team-b/one"]' });
    expect(agentsIn(await receive({ type: 'state:sync' }))).toEqual(['team-b/one']);
  });

  it('with the same scope posts nothing', async () => {
    const { receive, connection } = await setUp({ scope: ['team-a/*'] });
    const token = scopedTokenOf('alice', later(connection), ['team-a/*']);
    expect(await receive(refresh(token))).toMatchObject([{ type: 'token:refreshed' }]);
  });

  it.each([
    ['narrower', ['team-a/one']],
    ['wider', ['*']],
  ])(
    'with a %s scope and an earlier expiry shortens the connection, because the scope is not valid for longer',
    async (_, scope) => {
      const { receive, ask, connection, connections, clock, current } = await setUp({
        scope: ['team-a/*'],
      });
      const expiresAt = connection.expiresAt - 60_000;
      const token = scopedTokenOf('alice', expiresAt, scope);
      expect(await receive(refresh(token))).toEqual([
        { type: 'subscribed', payload: { agents: scope } },
        { type: 'token:refreshed', payload: { expiresAt } },
      ]);
      expect(current()?.scope).toBe(JSON.stringify(scope));
      expect(connections.records.get(connection.connectionId)?.expiresAt).toBe(expiresAt);
      clock.milliseconds = expiresAt;
      await expect(ask({ type: 'state:sync' })).resolves.toBeUndefined();
    },
  );

  it('with the token and the scope of another user changes nothing', async () => {
    const { receive, connection, current, gateway } = await setUp({ scope: ['team-a/*'] });
    const token = scopedTokenOf('mallory', later(connection), ['*']);
    expect(await receive(refresh(token))).toMatchObject([
      { type: 'error', payload: { code: 'token_refused' } },
    ]);
    expect(current()?.scope).toBe('["team-a/*"]');
    expect(gateway.posts).toEqual([]);
  });

  it('with another scope is refused if the connection was closed meanwhile, and creates no record', async () => {
    const { receive, connection, connections } = await setUp({ scope: ['team-a/*'] });
    const changeView = connections.changeView.bind(connections);
    connections.changeView = (...change) => {
      connections.records.clear();
      return changeView(...change);
    };
    const token = scopedTokenOf('alice', later(connection), ['team-b/*']);
    expect(await receive(refresh(token))).toMatchObject([
      { type: 'error', payload: { code: 'token_refused' } },
    ]);
    expect(connections.records.size).toBe(0);
  });

  it('stores a narrower scope, and closes the connection, if the client cannot be told', async () => {
    const { receive, connection, connections, gateway } = await setUp({ scope: ['*'] });
    gateway.answer = () => 'throttled';
    const scopes: (string | undefined)[] = [];
    const remove = connections.remove.bind(connections);
    connections.remove = (key) => {
      scopes.push(connections.records.get(key.connectionId)?.view?.scope);
      return remove(key);
    };
    const token = scopedTokenOf('alice', later(connection), ['team-a/*']);
    const messages = await receive(refresh(token));
    expect(messages.map(({ type }) => type)).not.toContain('token:refreshed');
    expect(gateway.closed).toEqual([connection.connectionId]);
    expect(scopes).toEqual(['["team-a/*"]']);
  });

  it('logs the number of patterns, and no pattern', async () => {
    const { receive, connection, log } = await setUp({ scope: ['team-a/*'] });
    await receive(refresh(scopedTokenOf('alice', later(connection), ['team-b/*', 'team-c'])));
    expect(log.lines).toMatchObject([
      { message: 'scope changed', fields: { userId: 'alice', patterns: 2, ended: 'delivered' } },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('team');
  });
});
