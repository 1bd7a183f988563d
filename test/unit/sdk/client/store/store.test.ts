// The readers of a store: they are what sorting and filtering everything would give, and keep their values until they change.
import fc from 'fast-check';
import type { EventMessage } from '#sdk/protocol';
import {
  storeOf,
  type Agent,
  type AgentSort,
  type Change,
  type ClientEvent,
  type Reader,
} from '#sdk/client';
import { createFakeMissionControl } from '#sdk/client/testing/index';
import { ClientHarness } from '#test/support/client/client-harness';
import { agentEvent, sessionEvent } from '#test/support/data/events';

const ids = ({ agentId }: { readonly agentId: string }) => agentId;
const idsIn = (reader: Reader<readonly { readonly agentId: string }[]>) => reader.read().map(ids);

describe('agents', () => {
  it('has the order of the names, with numbers by their value, unless another one is asked for', () => {
    const client = createFakeMissionControl();
    client.emit([
      agentEvent('agent-10', 'online', 30),
      agentEvent('agent-2', 'error', 20),
      agentEvent('agent-1', 'offline', 10),
      agentEvent('agent-11', 'error', 40),
    ]);
    const store = storeOf(client);
    expect(idsIn(store.agents())).toEqual(['agent-1', 'agent-2', 'agent-10', 'agent-11']);
    expect(idsIn(store.agents({ sort: 'newest' }))).toEqual([
      'agent-11',
      'agent-10',
      'agent-2',
      'agent-1',
    ]);
    expect(idsIn(store.agents({ sort: 'attention' }))).toEqual([
      'agent-2',
      'agent-11',
      'agent-1',
      'agent-10',
    ]);
    const byStatus = (one: Agent, other: Agent) =>
      (one.status ?? '').localeCompare(other.status ?? '');
    expect(idsIn(store.agents({ sort: byStatus, limit: 3 }))).toEqual([
      'agent-2',
      'agent-11',
      'agent-1',
    ]);
  });

  it('has the time since which an agent has its status, apart from when it was last seen', () => {
    const client = createFakeMissionControl();
    client.emit([agentEvent('a', 'online', 10)], { source: 'snapshot' });
    const agent = storeOf(client).agent('a');
    expect(agent.read()).toEqual({
      ...{ agentId: 'a', status: 'online', since: 10, lastSeen: 10 },
      ...{ isKnown: true, isPending: false },
    });
    client.emit([agentEvent('a', 'online', 20)]);
    expect(agent.read()).toMatchObject({ since: 10, lastSeen: 20 });
    client.emit([sessionEvent('a', 's', 'm', 30)]);
    expect(agent.read()).toMatchObject({ status: 'online', since: 10, lastSeen: 30 });
    client.emit([agentEvent('a', 'error', 25)]);
    expect(agent.read()).toMatchObject({ status: 'error', since: 25, lastSeen: 30 });
  });

  it('has an agent of which only a session has reported, without a status', () => {
    const client = createFakeMissionControl();
    const store = storeOf(client);
    const [known, unknown] = [store.agent('a'), store.agent('b')];
    const before = unknown.read();
    client.emit([sessionEvent('a', 's', 'm', 5)]);
    const nothing = { status: undefined, since: undefined };
    expect(known.read()).toEqual({
      ...{ agentId: 'a', ...nothing, lastSeen: 5, isKnown: true, isPending: false },
    });
    expect(unknown.read()).toEqual({
      ...{ agentId: 'b', ...nothing, lastSeen: undefined, isKnown: false, isPending: true },
    });
    expect(unknown.read()).toBe(before);
    client.connect();
    expect(unknown.read()).toEqual({ ...before, isPending: false });
    expect(unknown.read()).toBe(unknown.read());
    expect(store.agents().read()).toEqual([known.read()]);
  });

  it('throws if the order or the limit is not valid', () => {
    const store = storeOf(createFakeMissionControl());
    expect(() => store.agents({ sort: 'age' as never })).toThrow(
      'sort must be a function, or one of name, newest, attention.',
    );
    expect(() => store.agents({ limit: -1 })).toThrow(TypeError);
    expect(() => store.sessions('a', { limit: NaN })).toThrow(TypeError);
    expect(() => store.events({ limit: -1 })).toThrow(TypeError);
    expect(() => store.registers('agent:mood' as never).read()).toThrow('agent:mood');
  });
});

/** Few ids and times, so that events often meet in a register, and often have the same time. */
const agentId = fc.constantFrom('a1', 'a01', 'a10', 'b', 'b2');
const timestamp = fc.nat(20);
const anyEvent: fc.Arbitrary<EventMessage> = fc.oneof(
  fc
    .tuple(
      agentId,
      fc.constantFrom('online' as const, 'offline' as const, 'error' as const),
      timestamp,
    )
    .map((values) => agentEvent(...values)),
  fc
    .tuple(agentId, fc.constantFrom('s', 't', 'u'), fc.constantFrom('m', 'n'), timestamp)
    .map((values) => sessionEvent(...values)),
);
/** What happens to a client. Lists are read only sometimes, as changes of several messages are combined then. */
const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ events: fc.array(anyEvent, { maxLength: 6 }) }) },
  { weight: 3, arbitrary: fc.constant('read' as const) },
  {
    weight: 1,
    arbitrary: fc.record({ patterns: fc.array(fc.constantFrom('a*', 'b*', 'a1', '*')) }),
  },
);

/** The orders as they are documented, for sorting from scratch. */
const names = new Intl.Collator('en', { numeric: true });
const orders: readonly (readonly [AgentSort, (one: Agent, other: Agent) => number])[] = [
  ['name', () => 0],
  ['newest', (one, other) => Number(other.lastSeen) - Number(one.lastSeen)],
  ['attention', (one, other) => Number(other.status === 'error') - Number(one.status === 'error')],
  [
    (one, other) => String(one.status).localeCompare(String(other.status)),
    (one, other) => String(one.status).localeCompare(String(other.status)),
  ],
];
const filters = [undefined, ({ status }: Agent) => status === 'online'];
const limits = [undefined, 0, 2];

/** What is known of the agents, from each change, in the simplest way. */
class Model {
  agents = new Map<string, Agent>();
  events: { readonly timestamp: number; readonly agentId: string }[] = [];

  take(changes: readonly Change[]): void {
    for (const { type, current } of changes) {
      const { agentId: id, timestamp: at } = current;
      const known = this.agents.get(id);
      const status = type === 'agent:status' ? current.status : known?.status;
      const since = status === known?.status ? known?.since : at;
      const lastSeen = Math.max(at, known?.lastSeen ?? at);
      this.agents.set(id, {
        ...{ agentId: id, status, since, lastSeen, isKnown: true, isPending: false },
      });
      this.events.push({ timestamp: at, agentId: id });
    }
  }

  narrow(isVisible: (agent: string) => boolean): void {
    for (const id of [...this.agents.keys()]) if (!isVisible(id)) this.agents.delete(id);
    this.events = this.events.filter((event) => isVisible(event.agentId));
  }

  sorted(order: (one: Agent, other: Agent) => number): Agent[] {
    return [...this.agents.values()].sort(
      (one, other) =>
        order(one, other) ||
        names.compare(one.agentId, other.agentId) ||
        (one.agentId < other.agentId ? -1 : 1),
    );
  }
}

it('has what sorting and filtering everything gives, whatever happens, and however often it is read', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 10 }), fc.array(anyStep), (before, steps) => {
      const client = createFakeMissionControl();
      const model = new Model();
      client.emit(before, { source: 'snapshot' });
      // A store knows the registers of its client, but not what they were before.
      for (const current of client.agents.values())
        model.take([{ type: 'agent:status', current, previous: undefined, source: 'snapshot' }]);
      for (const current of client.sessions.values())
        model.take([
          { type: 'session:activity', current, previous: undefined, source: 'snapshot' },
        ]);
      client.on('change', ({ changes }) => {
        model.take(changes);
      });
      const store = storeOf(client);

      const lists = orders.flatMap(([sort, order]) =>
        filters.flatMap((filter) =>
          limits.map((limit) => ({
            reader: store.agents({ sort, filter, limit }),
            expected: () =>
              model
                .sorted(order)
                .filter(filter ?? (() => true))
                .slice(0, limit ?? Infinity),
          })),
        ),
      );
      const sessions = [undefined, 'a1', 'b'].map((id) => [id, store.sessions(id)] as const);
      const events = [undefined, 'a1', 'b'].map(
        (id) => [id, store.events({ agentId: id })] as const,
      );
      const check = () => {
        for (const { reader, expected } of lists) expect(reader.read()).toEqual(expected());
        for (const [id, reader] of sessions) {
          const all = [...client.sessions.values()].filter((one) => !id || one.agentId === id);
          const list = reader.read();
          expect(new Set(list)).toEqual(new Set(all));
          expect(list).toHaveLength(all.length);
          expect(timesOf(list)).toEqual(newestFirst(all));
        }
        for (const [id, reader] of events) {
          const all = model.events.filter((one) => !id || one.agentId === id);
          const list = reader.read();
          expect(new Set(list.map((event) => event.id)).size).toBe(list.length);
          expect(timesOf(list.map(({ current }) => current))).toEqual(
            newestFirst(all).slice(0, 100),
          );
        }
      };
      for (const step of steps) {
        if (step === 'read') check();
        else if ('events' in step) client.emit(step.events);
        else {
          client.setConnection({ visibleAgents: step.patterns });
          const visible = new Set(
            [...client.agents.values(), ...client.sessions.values()].map(ids),
          );
          model.narrow((id) => visible.has(id));
        }
      }
      check();
    }),
  );
});

const timesOf = (list: readonly { readonly timestamp: number }[]) =>
  list.map((one) => one.timestamp);
const newestFirst = (list: readonly { readonly timestamp: number }[]) =>
  timesOf(list).sort((one, other) => other - one);

it('returns the same values until they change, also if something else changes', () => {
  const client = createFakeMissionControl();
  client.emit([
    agentEvent('a', 'online', 1),
    agentEvent('b', 'error', 1),
    sessionEvent('a', 's', 'm', 1),
  ]);
  const store = storeOf(client);
  const readers = {
    all: store.agents(),
    errors: store.agents({ filter: ({ status }) => status === 'error' }),
    first: store.agents({ limit: 1 }),
    b: store.agent('b'),
    sessions: store.sessions(),
    sessionsOfB: store.sessions('b'),
    events: store.events(),
    eventsOfB: store.events({ agentId: 'b' }),
    connection: store.connection(),
  };
  const read = () =>
    Object.fromEntries(Object.entries(readers).map(([name, reader]) => [name, reader.read()]));
  const changedBy = (change: () => void) => {
    const before = read();
    expect(
      Object.values(read()).map((value, at) => value === Object.values(before)[at]),
    ).not.toContain(false);
    change();
    const after = read();
    return Object.keys(after).filter((name) => after[name] !== before[name]);
  };
  expect(
    changedBy(() => {
      client.emit([agentEvent('a', 'online', 1)]);
    }),
  ).toEqual([]);
  expect(
    changedBy(() => {
      client.emit([agentEvent('a', 'online', 2)]);
    }),
  ).toEqual(['all', 'first', 'events']);
  expect(
    changedBy(() => {
      client.emit([sessionEvent('a', 's', 'n', 2)]);
    }),
  ).toEqual(['sessions', 'events']);
  expect(
    changedBy(() => {
      client.emit([agentEvent('b', 'error', 3)]);
    }),
  ).toEqual([...['all', 'errors', 'b', 'events', 'eventsOfB']]);
  expect(
    changedBy(() => {
      client.disconnect();
    }),
  ).toEqual(['connection']);
});

describe('events', () => {
  const textsIn = (events: readonly ClientEvent[]) =>
    events.map(({ current, source }) => [
      'lastMessage' in current ? current.lastMessage : '',
      source,
    ]);

  it('has the registers from before as those of a snapshot, and tells live ones apart, each with its own number', () => {
    const client = createFakeMissionControl();
    client.emit([sessionEvent('a', 's', 'two', 2), sessionEvent('b', 's', 'one', 1)]);
    const events = storeOf(client).events();
    client.emit([sessionEvent('a', 's', 'four', 4)]);
    client.emit([sessionEvent('b', 's', 'three', 3)], { source: 'snapshot' });
    expect(textsIn(events.read())).toEqual([
      ['four', 'live'],
      ['three', 'snapshot'],
      ['two', 'snapshot'],
      ['one', 'snapshot'],
    ]);
    expect(events.read()[0]?.previous).toMatchObject({ lastMessage: 'two' });
    expect(new Set(events.read().map(({ id }) => id)).size).toBe(4);
  });

  it('keeps the newest thousand of all agents, and those of one agent that many others have followed', () => {
    const client = createFakeMissionControl();
    const store = storeOf(client);
    const all = store.events({ limit: 5_000 });
    const quiet = store.events({ agentId: 'quiet' });
    for (let at = 1; at <= 3; at += 1) client.emit([sessionEvent('quiet', 's', `${at}`, at)]);
    expect(quiet.read()).toHaveLength(3);
    for (let at = 10; at < 3_010; at += 1) {
      client.emit([sessionEvent('loud', 's', `${at}`, at)]);
      if (at % 500 === 0) quiet.read();
    }
    expect(all.read()).toHaveLength(1_000);
    expect(all.read().map(({ current }) => current.timestamp)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => 3_009 - index),
    );
    expect(quiet.read().map(({ current }) => current.timestamp)).toEqual([3, 2, 1]);
    // A later reader has what is left: the register.
    expect(textsIn(store.events({ agentId: 'quiet' }).read())).toEqual([['3', 'snapshot']]);
  });

  it('keeps at most a thousand of one agent, whatever the limit is', () => {
    const client = createFakeMissionControl();
    const events = storeOf(client).events({ agentId: 'a', limit: Infinity });
    for (let at = 1; at <= 1_500; at += 1) {
      client.emit([sessionEvent('a', 's', `${at}`, at)]);
      if (at % 100 === 0) events.read();
    }
    expect(events.read()).toHaveLength(1_000);
    expect(events.read()[0]?.current.timestamp).toBe(1_500);
  });

  it('does not go through all registers when some are forgotten again', () => {
    const client = createFakeMissionControl();
    const agents = storeOf(client).agents();
    client.emit(['a', 'b', 'c'].map((id) => agentEvent(id, 'online', 1)));
    client.forget('a');
    const all = jest.spyOn(client.agents, 'values');
    client.forget('b');
    expect(idsIn(storeOf(client).agents())).toEqual(['c']);
    expect(agents.read()).toHaveLength(1);
    expect(all).not.toHaveBeenCalled();
  });

  it('has each event once if the store is created by a listener in the middle of a batch', () => {
    const client = createFakeMissionControl();
    let list: readonly ClientEvent[] = [];
    const stop = client.on('session:activity', () => {
      list = storeOf(client).events().read();
    });
    client.emit([sessionEvent('a', 's', 'one', 1), sessionEvent('a', 't', 'two', 2)]);
    stop();
    expect(list).toHaveLength(1);
    expect(storeOf(client).events().read()).toHaveLength(2);
    expect(storeOf(client).sessions().read()).toHaveLength(2);
  });

  it('keeps those of an agent of which the server has forgotten some, and has its sessions no more', async () => {
    const harness = new ClientHarness();
    const { client, time } = harness;
    const lifetimeSeconds = { agents: 60, sessions: 60 };
    const session = (sessionId: string) => ({
      ...{ agentId: 'a', sessionId, lastMessage: 'm', timestamp: time.now() },
    });
    const socket = await harness.accept({ sessions: [session('old')], lifetimeSeconds });
    const pass = async (milliseconds: number) => {
      await time.pass(milliseconds);
      socket.receive('heartbeat', { timestamp: time.now() });
    };
    await pass(10_000);
    socket.receive('session:activity', session('new'));
    const store = storeOf(client);
    const [sessions, ofA, events] = [store.sessions(), store.sessions('a'), store.events()];
    const agent = store.agent('a');
    expect([sessions.read().length, ofA.read().length]).toEqual([2, 2]);
    await pass(55_000);
    for (const reader of [sessions, ofA])
      expect(reader.read().map(({ sessionId }) => sessionId)).toEqual(['new']);
    expect([events.read().length, agent.read().isKnown]).toEqual([2, true]);
    await pass(10_000);
    expect([sessions, ofA, events, store.agents()].map((reader) => reader.read())).toEqual([
      ...[[], [], [], []],
    ]);
    expect(agent.read().isKnown).toBe(false);
    client.close();
  });

  it('forgets those of agents that have gone out of view', () => {
    const client = createFakeMissionControl();
    const store = storeOf(client);
    const [all, ofA] = [store.events(), store.events({ agentId: 'a' })];
    client.emit([agentEvent('a', 'online', 1), agentEvent('b', 'error', 2)]);
    expect([all.read().length, ofA.read().length]).toEqual([2, 1]);
    client.setConnection({ visibleAgents: ['b'] });
    expect([idsOf(all), ofA.read(), idsIn(store.agents())]).toEqual([['b'], [], ['b']]);
  });

  it('does not have those from before of an agent that has gone out of view and come back', () => {
    const client = createFakeMissionControl();
    const ofA = storeOf(client).events({ agentId: 'a' });
    client.emit(sessionEvent('a', 's', 'before', 1));
    expect(ofA.read()).toHaveLength(1);
    client.setConnection({ visibleAgents: ['b'] });
    client.setConnection({ visibleAgents: ['a'] });
    client.emit(sessionEvent('a', 's', 'after', 2));
    expect(textsIn(ofA.read())).toEqual([['after', 'live']]);
  });

  const idsOf = (reader: Reader<readonly ClientEvent[]>) =>
    reader.read().map(({ current }) => current.agentId);
});
