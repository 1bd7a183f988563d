import type { Change, Connection } from '#sdk/client';
import { createFakeMissionControl } from '#sdk/client/testing/index';
import { agentEvent, sessionEvent } from '#test/support/data/events';
import { listenTo } from '#test/support/client/heard';

/** A fake client, and what its listeners are called with. */
function listened(...given: Parameters<typeof createFakeMissionControl>) {
  const client = createFakeMissionControl(...given);
  const batches: (readonly Change[])[] = [];
  const connections: Connection[] = [];
  client.on('change', ({ changes }) => batches.push(changes));
  client.on('connection', (connection) => connections.push(connection));
  return { client, batches, connections, values: listenTo(client) };
}

describe('emit', () => {
  it('updates the maps, and calls the listeners of each change, and once those of the batch', () => {
    const { client, batches, values } = listened();
    client.emit([agentEvent('a', 'online', 1), sessionEvent('a', 's', 'Hello', 2)]);
    client.emit(agentEvent('a', 'error', 3), { source: 'snapshot' });
    expect(client.agents.get('a')).toEqual({ agentId: 'a', status: 'error', timestamp: 3 });
    expect(client.sessions.size).toBe(1);
    expect(values.map(({ timestamp }) => timestamp)).toEqual([1, 2, 3]);
    expect(batches).toMatchObject([
      [
        { type: 'agent:status', source: 'live', previous: undefined },
        { type: 'session:activity', source: 'live' },
      ],
      [{ current: { status: 'error' }, previous: { status: 'online' }, source: 'snapshot' }],
    ]);
  });

  it('ignores stale events, agents that are not visible, and everything after close()', () => {
    const { client, batches } = listened({ agents: ['team-a/*'] });
    client.emit(agentEvent('team-a/1', 'online', 5));
    client.emit([agentEvent('team-a/1', 'offline', 4), agentEvent('team-b/1', 'online', 9)]);
    client.close();
    client.emit(agentEvent('team-a/2', 'online', 5));
    expect([...client.agents.keys()]).toEqual(['team-a/1']);
    expect(batches).toHaveLength(1);
  });

  it.each([
    [{ type: 'agent:status', payload: { agentId: 'a', status: 'busy', timestamp: 1 } }, 'status'],
    [{ type: 'agent:state', payload: {} }, 'type of an event must be one of agent:status'],
    [undefined, 'type of an event must be one of agent:status'],
  ])('throws a TypeError that says what is wrong with %j', (event, problem) => {
    const { client, batches } = listened();
    const emit = () => {
      client.emit([agentEvent('b', 'online', 1), event as never]);
    };
    expect(emit).toThrow(TypeError);
    expect(emit).toThrow(problem);
    expect([client.agents.size, batches.length]).toEqual([0, 0]);
  });
});

describe('the connection', () => {
  it('begins as connecting, and has the states that the test demands, each since its time', () => {
    let now = 1_000;
    const { client, connections } = listened({ now: () => (now += 1) });
    expect(client.connection).toMatchObject({ state: 'connecting', attempt: 1, since: 1_001 });
    client.connect();
    client.connect();
    client.disconnect({ code: 1001, reason: 'maintenance' });
    client.refuse('refused', 'token_expired');
    client.setConnection({ state: 'offline' });
    client.reconnect();
    client.connect();
    client.refresh();
    client.disconnect();
    client.refresh();
    client.close();
    expect(connections.map(({ state }) => state)).toEqual(
      ['connected', 'waiting', 'unauthorized', 'offline', 'connecting', 'connected'].concat(
        ...['waiting', 'connecting', 'closed'],
      ),
    );
    expect(connections.map(({ since }) => since)).toEqual(
      [...connections.map(({ since }) => since)].sort((one, other) => one - other),
    );
    expect(new Set(connections.map(({ since }) => since)).size).toBe(connections.length);
    expect(connections[1]).toMatchObject({ code: 1001, reason: 'maintenance', retryInMs: 1_000 });
    expect(connections[2]).toMatchObject({
      code: undefined,
      reason: 'refused',
      refusal: 'token_expired',
    });
    expect(connections[6]).toMatchObject({ code: 1006, reason: undefined });
  });

  it('is closed by `using`, too', () => {
    const { client } = listened();
    client[Symbol.dispose]();
    expect(client.connection.state).toBe('closed');
  });
});

describe('subscribe', () => {
  it('is recorded, and removes agents that are not visible before the listeners are called', () => {
    const { client } = listened();
    client.emit([agentEvent('a', 'online', 1), agentEvent('b', 'online', 1)]);
    const seen: unknown[] = [];
    client.on('connection', ({ visibleAgents }) => {
      seen.push(visibleAgents, [...client.agents.keys()]);
    });
    client.subscribe(['b']);
    client.subscribe(['*']);
    expect(seen).toEqual([['b'], ['b'], undefined, ['b']]);
    expect(client.subscriptions).toEqual([['b'], ['*']]);
  });

  it('is answered at once: the client is synced again, if it was, and a closed client stays as it is', () => {
    const { client } = listened();
    const seen: unknown[] = [];
    client.on('connection', ({ visibleAgents, isSynced }) => seen.push([visibleAgents, isSynced]));
    client.on('synced', () => seen.push('synced'));
    client.connect();
    client.subscribe(['b']);
    client.subscribe(['b']);
    expect(seen).toEqual([
      [undefined, true],
      'synced',
      [undefined, false],
      [['b'], false],
      [['b'], true],
      'synced',
    ]);
    client.close();
    client.subscribe(['a']);
    expect(client.connection.visibleAgents).toEqual(['b']);
  });

  it('throws a TypeError for what is not a list of patterns', () => {
    const { client } = listened();
    expect(() => {
      client.subscribe(['a*b']);
    }).toThrow(TypeError);
    expect(client.subscriptions).toEqual([]);
    expect(() => createFakeMissionControl({ agents: [''] })).toThrow(TypeError);
  });
});

describe('what the server says', () => {
  it('is passed on: errors, that the client is synced, and what is forgotten', () => {
    const { client } = listened();
    const heard: unknown[] = [];
    client.on('synced', ({ state }) => heard.push(state));
    client.on('error', ({ code }) => heard.push(code));
    client.on('forgotten', ({ registers }) => heard.push(registers.map(({ type }) => type)));
    client.connect();
    client.emit([agentEvent('a', 'online', 1), sessionEvent('a', 's', 'Hello', 2)]);
    client.emit(agentEvent('b', 'online', 1));
    client.fail({ code: 'rate_limited', message: 'No.' });
    client.forget('a', 'x');
    client.forget('a');
    expect(heard).toEqual(['connected', 'rate_limited', ['agent:status', 'session:activity']]);
    expect([[...client.agents.keys()], client.sessions.size]).toEqual([['b'], 0]);
  });
});

describe('history', () => {
  it('is refused with timeline_off if there are no timelines', async () => {
    const client = createFakeMissionControl({ hasTimelines: false });
    const errors: string[] = [];
    client.on('error', ({ code }) => errors.push(code));
    client.connect();
    await expect(client.history('a', 's').next()).rejects.toMatchObject({ code: 'timeline_off' });
    expect(errors).toEqual(['timeline_off']);
  });

  const first = async (client: ReturnType<typeof createFakeMissionControl>) => {
    const read: string[] = [];
    for await (const { lastMessage } of client.history('a', 's')) read.push(lastMessage);
    return read;
  };

  it('reads the emitted events of the session, the newest first and each once, as soon as the client is connected', async () => {
    const { client } = listened();
    client.emit([
      sessionEvent('a', 's', 'newer', 2),
      sessionEvent('a', 's', 'older', 1),
      sessionEvent('a', 's', 'newer', 2),
      sessionEvent('a', 'other', 'other', 3),
    ]);
    const read = first(client);
    client.connect();
    await expect(read).resolves.toEqual(['newer', 'older']);
  });

  it('throws what fail answers while it waits, and that the client is closed', async () => {
    const { client } = listened();
    const refused = first(client);
    client.fail({ code: 'timeline_off', message: 'No.' });
    await expect(refused).rejects.toMatchObject({ code: 'timeline_off' });
    client.close();
    await expect(first(client)).rejects.toMatchObject({ code: 'closed' });
  });
});
