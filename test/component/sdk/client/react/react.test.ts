// The React binding, rendered by React in jsdom, with a client on fake sockets and a fake clock.
import { JSDOM } from 'jsdom';
import {
  act,
  createElement,
  StrictMode,
  useEffect,
  useState,
  type FunctionComponent,
  type ReactNode,
} from 'react';
import type * as ReactDomClient from 'react-dom/client';
import type * as ReactDomServer from 'react-dom/server';
import {
  createMissionControl,
  storeOf,
  type Agent,
  type EventsOptions,
  type MissionControlOptions,
} from '#sdk/client';
import * as binding from '#sdk/client/react/index';
import {
  FakePage,
  FakeSocket,
  FakeTime,
  settle,
  tokenUntil,
} from '#test/support/client/client-harness';
import { emptyLists } from '#test/support/data/events';

const { MissionControlProvider } = binding;
let client: typeof ReactDomClient;
let server: typeof ReactDomServer;

beforeAll(async () => {
  const { window } = new JSDOM();
  const { document, navigator } = window;
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true, window, document, navigator });
  // Imported only now, because React looks for the document when it is imported.
  client = await import('react-dom/client');
  server = await import('react-dom/server');
  // On a busy machine, these imports take the longest.
}, 120_000);

let sockets: FakeSocket[];
let time: FakeTime;
let page: FakePage;
/** The options for tests, without the documented ones. */
let harness: Omit<MissionControlOptions, 'url' | 'getToken'>;
let options: MissionControlOptions;
let tokens: number;
/** Successive tokens of one user. */
const tokensOfAlice = [1_000, 2_000, 3_000].map((expiry) => tokenUntil(expiry, 'alice')) as [
  string,
  string,
  string,
];

beforeEach(() => {
  sockets = [];
  time = new FakeTime();
  page = new FakePage();
  tokens = 0;
  class WebSocket extends FakeSocket {
    constructor(url: string, protocols?: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  const getToken = () => `token-${(tokens += 1)}`;
  harness = { WebSocket, clock: time, page, random: () => 0.5 };
  options = { url: 'ws://localhost:3000', getToken, ...harness };
});

/** The socket that is open now. */
const socket = (): FakeSocket => {
  const open = sockets.filter(({ readyState }) => readyState !== 'closed');
  expect(open).toHaveLength(1);
  const [one] = open;
  if (one === undefined) throw new Error('No socket is open.');
  return one;
};

async function mount(element: ReactNode) {
  const container = document.createElement('div');
  const root = client.createRoot(container);
  const render = (next: ReactNode) =>
    act(async () => {
      root.render(next);
      await settle();
    });
  await render(element);
  return {
    render,
    unmount: () =>
      act(async () => {
        root.unmount();
        await settle();
      }),
    text: () => container.textContent,
  };
}

const accept = (payload: object = {}) =>
  act(async () => {
    socket().accept();
    const all = { ...emptyLists(), timestamp: time.now(), complete: true, ...payload };
    socket().receive('state:snapshot', all);
    await settle();
  });

/** Answers the newest `subscribe` of the client with these statuses, as the server does. */
const subscribed = (...agents: ReturnType<typeof status>[]) =>
  act(async () => {
    const { agents: visibleAgents } = socket().sentOf('subscribe').at(-1)?.payload ?? {
      agents: [],
    };
    const all = { ...emptyLists(), timestamp: time.now(), complete: true, agents, visibleAgents };
    socket().receive('subscribed', { agents: visibleAgents });
    socket().receive('state:snapshot', all);
    await settle();
  });

const open = () =>
  act(async () => {
    socket().accept();
    await settle();
  });

/** The patterns of each `subscribe` that was sent over the open socket. */
const asked = () =>
  socket()
    .sentOf('subscribe')
    .map(({ payload }) => payload.agents);

const status = (agentId: string, is: 'online' | 'offline' | 'error', timestamp: number) => ({
  agentId,
  status: is,
  timestamp,
});

const hear = (...statuses: ReturnType<typeof status>[]) =>
  act(async () => {
    for (const one of statuses) socket().receive('agent:status', one);
    await settle();
  });

const say = (agentId: string, sessionId: string, lastMessage: string, timestamp: number) =>
  act(async () => {
    socket().receive('session:activity', { agentId, sessionId, lastMessage, timestamp });
    await settle();
  });

/** A component that shows the value of a hook, and counts its renders. */
function showing(hook: () => unknown) {
  const shown = { renders: 0 };
  const Component: FunctionComponent = () => {
    shown.renders += 1;
    const value = hook();
    return JSON.stringify(value instanceof Map ? [...(value as Map<string, unknown>)] : value);
  };
  return { shown, element: createElement(Component) };
}

const provide = (...children: ReactNode[]) =>
  createElement(MissionControlProvider, options, ...children);

it('opens one socket for all components inside, also in StrictMode, and closes it on unmount', async () => {
  const { element } = showing(() => binding.useConnection().state);
  const tree = provide(element, showing(binding.useAgents).element);
  const dashboard = await mount(createElement(StrictMode, null, tree));
  expect(sockets).toHaveLength(1);
  expect(dashboard.text()).toBe('"connecting"[]');
  await accept();
  expect(dashboard.text()).toBe('"connected"[]');
  await dashboard.unmount();
  expect(sockets.map(({ readyState }) => readyState)).toEqual(['closed']);
  expect([time.pending, page.listeners.size]).toEqual([0, 0]);
});

it('renders with useAgent only when that agent changes', async () => {
  const one = showing(() => binding.useAgent('agent-1'));
  const other = showing(() => binding.useAgent('agent-2'));
  const dashboard = await mount(provide(one.element, other.element));
  await accept();
  const before = [one.shown.renders, other.shown.renders];
  await hear(status('agent-1', 'online', 5));
  await hear(
    status('agent-1', 'online', 5),
    status('agent-1', 'error', 4),
    status('x', 'error', 9),
  );
  expect(one.shown.renders).toBe((before[0] ?? 0) + 1);
  expect(other.shown.renders).toBe(before[1]);
  const known = { agentId: 'agent-1', status: 'online', since: 5, lastSeen: 5 };
  expect(dashboard.text()).toBe(
    JSON.stringify({ ...known, isKnown: true, isPending: false }) +
      JSON.stringify({ agentId: 'agent-2', isKnown: false, isPending: false }),
  );
  await hear(status('agent-2', 'offline', 1));
  expect(one.shown.renders).toBe((before[0] ?? 0) + 1);
  expect(other.shown.renders).toBe((before[1] ?? 0) + 1);
  await dashboard.unmount();
});

it('returns a new list from useAgents for each change, and renders a snapshot once', async () => {
  const lists: (readonly Agent[])[] = [];
  const { shown, element } = showing(() => {
    const agents = binding.useAgents();
    lists.push(agents);
    return agents.length;
  });
  const dashboard = await mount(provide(element));
  const { renders } = shown;
  const agents = Array.from({ length: 300 }, (_, index) => status(`agent-${index}`, 'online', 1));
  await accept({ agents });
  expect(shown.renders).toBe(renders + 1);
  expect(dashboard.text()).toBe('300');
  await hear(status('agent-1', 'error', 2));
  expect(lists.at(-1)).not.toBe(lists.at(-2));
  expect(lists.at(-2)?.[1]).toMatchObject({ agentId: 'agent-1', status: 'online' });
  expect(lists.at(-1)?.[1]).toMatchObject({ agentId: 'agent-1', status: 'error' });
  // The agent was seen at this time already.
  await say('agent-1', 's', 'nothing of an agent', 2);
  expect(shown.renders).toBe(renders + 2);
  await dashboard.unmount();
});

it('renders each component that shows messages of a batch once, and no others', async () => {
  const hooks = [
    showing(() => binding.useAgents().length),
    showing(() => binding.useSessions().length),
    showing(() => binding.useAgent('agent-7').status),
  ];
  const idle = showing(() => binding.useAgent('agent-100').status ?? binding.useConnection().state);
  const dashboard = await mount(provide(...hooks.map(({ element }) => element), idle.element));
  await accept();
  const renders = () => [...hooks, idle].map(({ shown }) => shown.renders);
  const before = renders();
  const messages = Array.from({ length: 50 }, (_, index) => [
    { type: 'agent:status' as const, payload: status(`agent-${index}`, 'online', 1) },
    {
      type: 'session:activity' as const,
      payload: { agentId: 'a', sessionId: `${index}`, lastMessage: 'm', timestamp: 1 },
    },
  ]).flat();
  // Without React's `act`, which would combine separate renders.
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
  try {
    socket().receive('batch', { messages });
    await settle();
    await new Promise(setImmediate);
  } finally {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  }
  // The agent of the sessions has no status.
  expect(dashboard.text()).toBe('5150"online""connected"');
  expect(renders().map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1, 1, 0]);
  await dashboard.unmount();
});

describe('with animation frames', () => {
  const frames = new Map<number, () => void>();
  const timers = new Map<number, () => void>();
  const draw = async (due: Map<number, () => void>) => {
    const [...all] = due.values();
    due.clear();
    for (const one of all) one();
    await new Promise(setImmediate);
  };
  const realTimers = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  let ids = 0;
  const into = (due: Map<number, () => void>) => (callback: () => void) => {
    due.set((ids += 1), callback);
    return ids;
  };

  beforeEach(() => {
    Object.assign(globalThis, {
      requestAnimationFrame: into(frames),
      cancelAnimationFrame: (id: number) => frames.delete(id),
    });
  });
  afterEach(() => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true, ...realTimers });
    Reflect.deleteProperty(globalThis, 'requestAnimationFrame');
    Reflect.deleteProperty(globalThis, 'cancelAnimationFrame');
  });

  /** Mounts components for sessions, agents and one agent, and draws their first frame, without React's `act`. */
  async function shown() {
    const sessions = showing(() => binding.useSessions().length);
    const agents = showing(() => binding.useAgents().length);
    const one = showing(() => binding.useAgent('agent-7').status);
    const all = [sessions, agents, one];
    const dashboard = await mount(provide(...all.map(({ element }) => element)));
    await accept();
    // With the real timers, as this frame was requested with them.
    await act(() => draw(frames));
    Object.assign(globalThis, {
      IS_REACT_ACT_ENVIRONMENT: false,
      setTimeout: into(timers),
      clearTimeout: (id: number) => timers.delete(id),
    });
    expect([frames.size, timers.size]).toEqual([0, 0]);
    const before = all.map(({ shown: { renders } }) => renders);
    return {
      text: dashboard.text,
      renders: () => all.map(({ shown: { renders } }, index) => renders - (before[index] ?? 0)),
      async unmount() {
        Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true, ...realTimers });
        await dashboard.unmount();
      },
    };
  }

  let timestamp = 0;
  /** Receives `count` events of each type, each pair in a separate task. */
  async function events(count: number) {
    for (let index = 0; index < count; index += 1) {
      const agentId = `agent-${index}`;
      const session = { agentId, sessionId: 's', lastMessage: 'm', timestamp: (timestamp += 1) };
      socket().receive('session:activity', session);
      socket().receive('agent:status', status(agentId, 'online', timestamp));
      await new Promise(setImmediate);
    }
  }

  it('renders at most once in a frame, at any rate of events, and only components with changed values', async () => {
    const dashboard = await shown();
    for (let frame = 1; frame <= 3; frame += 1) {
      await events(40);
      expect(dashboard.renders()).toEqual([frame - 1, frame - 1, frame - 1]);
      expect([frames.size, timers.size]).toEqual([1, 1]);
      await draw(frames);
      expect(dashboard.renders()).toEqual([frame, frame, frame]);
      expect(dashboard.text()).toBe('4040"online"');
    }
    // The events do not change agent-7. A frame without events schedules nothing.
    await events(5);
    await draw(frames);
    expect(dashboard.renders()).toEqual([4, 4, 3]);
    expect([frames.size, timers.size]).toEqual([0, 0]);
    await dashboard.unmount();
  });

  it('renders a hidden page by a timer, which cancels the frame', async () => {
    const dashboard = await shown();
    await events(40);
    await draw(timers);
    expect(dashboard.renders()).toEqual([1, 1, 1]);
    expect(dashboard.text()).toBe('4040"online"');
    expect(frames.size).toBe(0);
    await dashboard.unmount();
  });

  it('calls listeners of the client immediately', async () => {
    const given = createMissionControl(options);
    const heard: string[] = [];
    const { shown: counted, element } = showing(() => binding.useAgents().length);
    const dashboard = await mount(
      createElement(MissionControlProvider, { client: given }, element),
    );
    await accept();
    given.on('agent:status', ({ agentId }) => heard.push(agentId));
    const { renders } = counted;
    socket().receive('agent:status', status('agent-1', 'online', 1));
    expect([heard, counted.renders]).toEqual([['agent-1'], renders]);
    await dashboard.unmount();
    given.close();
  });

  it('returns the same values until they change', async () => {
    const given: unknown[][] = [];
    const { element } = showing(() => {
      given.push([binding.useAgents(), binding.useSessions(), binding.useSessions('agent-0')]);
      return given.length;
    });
    const dashboard = await mount(provide(element));
    await accept();
    const seen = async (change: () => Promise<void>) => {
      const [before] = given.slice(-1);
      await act(async () => {
        await change();
        await draw(frames);
      });
      await dashboard.render(provide(element));
      return given.at(-1)?.map((value, index) => value === before?.[index]);
    };
    expect(await seen(() => Promise.resolve())).toEqual([true, true, true]);
    expect(await seen(() => events(2))).toEqual([false, false, false]);
    expect(await seen(() => say('agent-1', 't', 'm', 1))).toEqual([true, false, true]);
    await dashboard.unmount();
  });
});

it('returns all sessions or those of one agent from useSessions, the newest first', async () => {
  const all = showing(() => binding.useSessions().map(({ lastMessage }) => lastMessage));
  const ours = showing(() => binding.useSessions('a').map(({ lastMessage }) => lastMessage));
  const dashboard = await mount(provide(all.element, '|', ours.element));
  await accept();
  await say('a', 's1', 'older', 1);
  await say('b', 's1', 'foreign', 2);
  await say('a', 's2', 'newer', 3);
  expect(dashboard.text()).toBe('["newer","foreign","older"]|["newer","older"]');
  const { renders } = ours.shown;
  await say('b', 's1', 'foreign again', 4);
  expect(dashboard.text()).toBe('["foreign again","newer","older"]|["newer","older"]');
  expect(ours.shown.renders).toBe(renders);
  await dashboard.unmount();
});

it('returns no sessions from useSessions for an empty agent id', async () => {
  const { element } = showing(() => binding.useSessions('').length);
  const dashboard = await mount(provide(element));
  await accept();
  await say('a', 's', 'm', 1);
  expect(dashboard.text()).toBe('0');
  await dashboard.unmount();
});

it('renders with useConnection at every change of the connection, and reconnects on request', async () => {
  let reconnect: () => void = () => undefined;
  const { element } = showing(() => {
    ({ reconnect } = binding.useMissionControl());
    const { state, attempt, reason } = binding.useConnection();
    return [state, attempt, reason];
  });
  const dashboard = await mount(provide(element));
  await accept();
  await act(() => time.pass(5_000));
  expect(dashboard.text()).toBe('["connected",0,null]');
  await act(async () => {
    socket().drop(1001, 'Going away');
    await settle();
  });
  expect(dashboard.text()).toBe('["waiting",1,"Going away"]');
  await act(async () => {
    reconnect();
    await settle();
  });
  expect(dashboard.text()).toBe('["connecting",1,null]');
  await dashboard.unmount();
});

it('uses a new getToken without a new connection, and makes a new client for a new url', async () => {
  const { element } = showing(() => binding.useConnection().state);
  const dashboard = await mount(provide(element));
  await accept();
  options = { ...options, getToken: () => 'other' };
  await dashboard.render(provide(element));
  expect(sockets).toHaveLength(1);
  socket().drop();
  await act(() => time.pass(1_000));
  expect(socket().token).toBe('other');
  options = { ...options, url: 'ws://localhost:4000' };
  await dashboard.render(provide(element));
  expect(socket().url).toBe('ws://localhost:4000');
  await dashboard.unmount();
});

it('does not close a given client on unmount', async () => {
  const given = createMissionControl(options);
  const { element } = showing(() => binding.useConnection().state);
  const dashboard = await mount(createElement(MissionControlProvider, { client: given }, element));
  await accept();
  expect(dashboard.text()).toBe('"connected"');
  await dashboard.unmount();
  expect(given.connection.state).toBe('connected');
  given.close();
});

it('does not connect on a server, and hydrates the server-rendered page', async () => {
  const { element } = showing(() => {
    const { state } = binding.useConnection();
    return [state, binding.useAgents().length, binding.useAgent('a'), binding.useSessions()];
  });
  const html = server.renderToString(provide(element));
  expect(html).toBe(
    '[&quot;idle&quot;,0,{&quot;agentId&quot;:&quot;a&quot;,&quot;isKnown&quot;:false,&quot;isPending&quot;:true},[]]',
  );
  await settle();
  expect([sockets.length, tokens, time.pending, page.listeners.size]).toEqual([0, 0, 0, 0]);

  const container = document.createElement('div');
  container.innerHTML = html;
  const onRecoverableError = jest.fn();
  const root = await act(async () => {
    const hydrated = client.hydrateRoot(container, provide(element), { onRecoverableError });
    await settle();
    return hydrated;
  });
  await accept();
  expect(onRecoverableError).not.toHaveBeenCalled();
  expect(container.textContent).toBe(
    '["connected",0,{"agentId":"a","isKnown":false,"isPending":false},[]]',
  );
  await act(async () => {
    root.unmount();
    await settle();
  });
});

describe('useHistory', () => {
  const Timeline: FunctionComponent<{ readonly agentId: string; readonly sessionId: string }> = ({
    agentId,
    sessionId,
  }) => {
    const { events, isLoading, hasOlder } = binding.useHistory(agentId, sessionId, { limit: 2 });
    const messages = events.map(({ lastMessage }) => lastMessage).join();
    return `${messages}${isLoading ? ' loading' : ''}${hasOlder ? ' …' : ''}`;
  };
  const timeline = (agentId: string, sessionId: string) =>
    createElement(Timeline, { agentId, sessionId });
  const pageAsked = () =>
    socket()
      .sentOf('session:history')
      .map(({ payload }) => `${payload.agentId}/${payload.sessionId}`);
  const answer = (agentId: string, sessionId: string, messages: string) =>
    act(async () => {
      const events = messages.split(',').map((lastMessage, index) => ({
        ...{ lastMessage, timestamp: 9 - index },
      }));
      socket().receive('session:timeline', { agentId, sessionId, events });
      await settle();
      await settle();
    });

  it('shows the newest page and live events, asks once also in StrictMode, and for another session anew', async () => {
    const page = (sessionId: string) =>
      createElement(StrictMode, null, provide(timeline('a', sessionId)));
    const dashboard = await mount(page('s'));
    expect(dashboard.text()).toBe(' loading …');
    await accept();
    expect(pageAsked()).toEqual(['a/s']);
    await answer('a', 's', 'third,second,first');
    expect(dashboard.text()).toBe('third,second …');
    await say('a', 's', 'fourth', 10);
    expect(dashboard.text()).toBe('fourth,third,second …');
    await dashboard.render(page('other'));
    expect(dashboard.text()).toBe(' loading …');
    expect(pageAsked()).toEqual(['a/s', 'a/other']);
    await answer('a', 's', 'late');
    await answer('a', 'other', 'only');
    expect(dashboard.text()).toBe('only');
    await dashboard.unmount();
    expect(time.pending).toBe(0);
  });

  it('renders once for a page, and not for events of other sessions', async () => {
    let renders = 0;
    const Counted = () => {
      renders += 1;
      return Timeline({ agentId: 'a', sessionId: 's' }) as string;
    };
    const dashboard = await mount(provide(createElement(Counted)));
    await accept();
    const before = renders;
    await answer('a', 's', 'second,first');
    expect(dashboard.text()).toBe('second,first');
    expect(renders).toBe(before + 1);
    await say('a', 'other', 'message', 10);
    expect(renders).toBe(before + 1);
    await dashboard.unmount();
  });

  it('asks nothing on a server, and hydrates the page', async () => {
    const html = server.renderToString(provide(timeline('a', 's')));
    expect(html).toBe(' loading …');
    const container = document.createElement('div');
    container.innerHTML = html;
    const onRecoverableError = jest.fn();
    const root = await act(async () => {
      const hydrated = client.hydrateRoot(container, provide(timeline('a', 's')), {
        onRecoverableError,
      });
      await settle();
      return hydrated;
    });
    await accept();
    await answer('a', 's', 'second,first');
    expect(onRecoverableError).not.toHaveBeenCalled();
    expect(container.textContent).toBe('second,first');
    await act(async () => {
      root.unmount();
      await settle();
    });
  });

  it('asks only when the agent is in view, if the provider asks for mounted agents', async () => {
    const given = createMissionControl({ ...options, agents: [] });
    const page = (...children: ReactNode[]) =>
      createElement(MissionControlProvider, { client: given, agents: 'mounted' }, ...children);
    const dashboard = await mount(page());
    await open();
    await subscribed();
    await dashboard.render(page(timeline('a', 's')));
    expect(asked().at(-1)).toEqual(['a']);
    expect(pageAsked()).toEqual([]);
    await subscribed();
    expect(pageAsked()).toEqual(['a/s']);
    await dashboard.unmount();
    given.close();
  });
});

it('throws an error from a hook without a provider', () => {
  const { element } = showing(binding.useConnection);
  expect(() => server.renderToString(element)).toThrow('There is no MissionControlProvider');
});

describe('a provider with agents', () => {
  const watching = (agents: readonly string[] | 'mounted' | undefined, ...children: ReactNode[]) =>
    createElement(
      StrictMode,
      null,
      createElement(
        MissionControlProvider,
        agents === undefined ? options : { ...options, agents },
        ...children,
      ),
    );
  /** A page about one agent. */
  const Detail: FunctionComponent<{ readonly id: string }> = ({ id }) =>
    `${binding.useAgent(id).status ?? '?'},${binding.useSessions(id).length}`;
  const detail = (id: string, key = id) => createElement(Detail, { id, key });

  it('subscribes to its patterns, and again only if their values change', async () => {
    const { element } = showing(() => binding.useAgents().map(({ agentId }) => agentId));
    const dashboard = await mount(watching(['a', 'b*'], element));
    await open();
    await subscribed(status('a', 'online', 1), status('b', 'online', 1));
    await dashboard.render(watching(['b*', 'a'], element));
    await dashboard.render(watching(['a', 'b*'], element));
    expect(asked()).toEqual([['a', 'b*']]);
    expect(dashboard.text()).toBe('["a","b"]');
    await dashboard.render(watching(['a'], element));
    expect(asked()).toEqual([['a', 'b*'], ['a']]);
    await subscribed();
    expect(dashboard.text()).toBe('["a"]');
    await dashboard.render(watching(undefined, element));
    expect(asked().at(-1)).toEqual(['*']);
    expect(sockets.filter(({ readyState }) => readyState === 'open')).toHaveLength(1);
    await dashboard.unmount();
  });

  it('sends the same as before without patterns', async () => {
    const dashboard = await mount(watching(undefined, detail('a')));
    await accept();
    expect(socket().protocols).toHaveLength(3);
    expect(socket().sent).toEqual([{ type: 'state:sync', payload: {} }]);
    await dashboard.unmount();
  });

  it('that are mounted subscribes to the agent of the page alone, and to another one with one message', async () => {
    const dashboard = await mount(watching('mounted', detail('a')));
    await open();
    expect(socket().sent).toEqual([{ type: 'subscribe', payload: { agents: ['a'] } }]);
    await subscribed(status('a', 'online', 1));
    expect(dashboard.text()).toBe('online,0');
    await dashboard.render(watching('mounted', detail('b*')));
    expect(asked()).toEqual([['a'], ['b\\*']]);
    await subscribed(status('b*', 'error', 1));
    expect(dashboard.text()).toBe('error,0');
    // The same component, with another agent.
    await dashboard.render(watching('mounted', detail('c', 'b*')));
    expect(asked()).toEqual([['a'], ['b\\*'], ['c']]);
    await dashboard.unmount();
  });

  it.each<[string, (id: string) => readonly string[] | 'mounted']>([
    ['mounted', () => 'mounted'],
    ['in a list', (id) => [id]],
    ['matched by a list', (id) => [`${id}*`, 'c']],
  ])(
    'that are %s never says of an agent that it has not reported before the server could say so',
    async (_how, agents) => {
      const said: string[] = [];
      const Page: FunctionComponent<{ readonly id: string }> = ({ id }) => {
        const { isKnown, isPending } = binding.useAgent(id);
        said.push(`${id} ${isKnown ? 'known' : isPending ? 'pending' : 'unknown'}`);
        return said.at(-1);
      };
      const showing = (id: string) => watching(agents(id), createElement(Page, { id }));
      const dashboard = await mount(showing('a'));
      await open();
      await subscribed(status('a', 'online', 1));
      expect([...new Set(said)]).toEqual(['a pending', 'a known']);
      // The same component with another agent, of which the server knows nothing.
      await dashboard.render(showing('b'));
      expect([...new Set(said)]).toEqual(['a pending', 'a known', 'b pending']);
      await subscribed();
      expect(dashboard.text()).toBe('b unknown');
      await dashboard.unmount();
    },
  );

  it('says of an agent outside of its list that it has not reported, as soon as it is synced', async () => {
    const Page: FunctionComponent = () => `${binding.useAgent('b').isPending}`;
    const dashboard = await mount(watching(['a'], createElement(Page)));
    await open();
    expect(dashboard.text()).toBe('true');
    await subscribed();
    expect(dashboard.text()).toBe('false');
    await dashboard.unmount();
  });

  it('leaves what the application subscribes to itself as it is when other components are mounted', async () => {
    let given: ReturnType<typeof binding.useMissionControl> | undefined;
    const Page: FunctionComponent = () => {
      given = binding.useMissionControl();
      return null;
    };
    const page = createElement(Page);
    const dashboard = await mount(watching(['a'], page));
    await open();
    await subscribed();
    await act(async () => {
      given?.subscribe(['b']);
      await settle();
    });
    await dashboard.render(watching(['a'], page, detail('b')));
    expect(asked()).toEqual([['a'], ['b']]);
    await dashboard.unmount();
  });

  it.each(['', 'a'.repeat(3_000), '\uD800'])(
    'that are mounted says that an agent is unknown if none can have its id: %j',
    async (id) => {
      const Page: FunctionComponent = () => `${binding.useAgent(id).isPending}`;
      const dashboard = await mount(watching('mounted', createElement(Page)));
      await open();
      await subscribed();
      expect(dashboard.text()).toBe('false');
      await dashboard.unmount();
    },
  );

  it('that are mounted says at once that an agent is unknown if the client had asked for it before', async () => {
    const given = createMissionControl({ ...options, agents: ['a'] });
    const Page: FunctionComponent = () => `${binding.useAgent('a').isPending}`;
    const page = createElement(
      MissionControlProvider,
      { client: given, agents: 'mounted' },
      createElement(Page),
    );
    await settle();
    await open();
    socket().receive('subscribed', { agents: ['a'] });
    const snapshot = { ...emptyLists(), timestamp: time.now(), complete: true };
    socket().receive('state:snapshot', { ...snapshot, visibleAgents: ['a'] });
    const dashboard = await mount(page);
    expect([asked(), dashboard.text()]).toEqual([[['a']], 'false']);
    await dashboard.unmount();
    given.close();
  });

  it('that are mounted subscribes to the union, without those of unmounted components', async () => {
    const all = showing(() => binding.useAgents().length);
    const dashboard = await mount(
      watching('mounted', detail('a', '1'), detail('b', '2'), detail('b', '3'), all.element),
    );
    await open();
    await subscribed(status('a', 'online', 1), status('b', 'error', 1));
    expect(dashboard.text()).toBe('online,0error,0error,02');
    await dashboard.render(watching('mounted', detail('b', '2'), all.element));
    await subscribed();
    expect(dashboard.text()).toBe('error,01');
    await dashboard.render(watching('mounted', detail('', '2'), all.element));
    await subscribed();
    expect(dashboard.text()).toBe('?,00');
    expect(asked()).toEqual([['a', 'b'], ['b'], []]);
    await dashboard.unmount();
  });

  it('that are mounted subscribes to all agents if there are more than a subscription may have', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => `agent-${index}`);
    const dashboard = await mount(watching('mounted', ...ids.map((id) => detail(id))));
    await accept();
    expect(socket().sent[0]?.type).toBe('state:sync');
    await dashboard.render(watching('mounted', detail('agent-1')));
    expect(asked()).toEqual([['agent-1']]);
    await dashboard.unmount();
  });

  it.each([[['team-a/*']], [['*']]])(
    'that are no longer the mounted ones, but %j, stays subscribed to these, and back again',
    async (agents) => {
      const dashboard = await mount(watching('mounted', detail('a')));
      await open();
      await subscribed();
      await dashboard.render(watching(agents, detail('a')));
      await subscribed();
      expect(asked()).toEqual([['a'], agents]);
      await dashboard.render(watching('mounted', detail('a')));
      await subscribed();
      expect(asked()).toEqual([['a'], agents, ['a']]);
      await dashboard.unmount();
    },
  );

  it('and an existing client subscribes with it, and otherwise leaves its subscription as it is', async () => {
    const given = createMissionControl({ ...options, agents: ['a'] });
    const provided = (agents?: 'mounted') =>
      createElement(
        MissionControlProvider,
        agents === undefined ? { client: given } : { client: given, agents },
        detail('b'),
      );
    const dashboard = await mount(provided());
    await open();
    await subscribed();
    expect(asked()).toEqual([['a']]);
    await dashboard.render(provided('mounted'));
    expect(asked()).toEqual([['a'], ['b']]);
    await dashboard.unmount();
    given.close();
  });
});

it('renders no more often than renderIntervalMs says', async () => {
  const { element } = showing(() => binding.useAgents().length);
  const given = createMissionControl(options);
  const provided = (renderIntervalMs?: number) =>
    createElement(
      MissionControlProvider,
      renderIntervalMs === undefined ? { client: given } : { client: given, renderIntervalMs },
      element,
    );
  const dashboard = await mount(provided(200));
  expect(storeOf(given).intervalMs).toBe(200);
  await dashboard.render(provided());
  expect(storeOf(given).intervalMs).toBe(200);
  await dashboard.unmount();
  given.close();
});

describe('useAgents with options', () => {
  it('neither loops nor renders or subscribes again because of new functions in each render', async () => {
    const lists: (readonly Agent[])[] = [];
    const heard = jest.fn();
    const { shown, element } = showing(() => {
      const agents = binding.useAgents({
        filter: ({ status: is }) => is === 'error',
        sort: (one, other) => (other.since ?? 0) - (one.since ?? 0),
        limit: 2,
      });
      const [, setSeen] = useState(agents);
      useEffect(() => {
        setSeen(agents);
        heard();
      }, [agents]);
      lists.push(agents);
      return agents.map(({ agentId }) => agentId);
    });
    const dashboard = await mount(createElement(StrictMode, null, provide(element)));
    await accept({ agents: [status('a', 'error', 1), status('b', 'online', 1)] });
    await hear(status('c', 'error', 2), status('d', 'error', 3));
    expect(dashboard.text()).toBe('["d","c"]');
    const [renders, calls] = [shown.renders, heard.mock.calls.length];
    await hear(status('b', 'online', 5), status('a', 'error', 6));
    expect(shown.renders).toBe(renders);
    await dashboard.render(createElement(StrictMode, null, provide(element)));
    expect(new Set(lists.slice(-3)).size).toBe(1);
    expect(heard.mock.calls.length).toBe(calls);
    expect([sockets.length, asked()]).toEqual([1, []]);
    await dashboard.unmount();
  });

  it('uses what the component renders at that time', async () => {
    const Search: FunctionComponent<{ readonly text: string }> = ({ text }) =>
      binding
        .useAgents({ filter: ({ agentId }) => agentId.includes(text) })
        .map(({ agentId }) => agentId)
        .join();
    const search = (text: string) => provide(createElement(Search, { text, key: 'search' }));
    const dashboard = await mount(search('a'));
    await accept({ agents: [status('ab', 'online', 1), status('bc', 'online', 1)] });
    expect(dashboard.text()).toBe('ab');
    await dashboard.render(search('b'));
    expect(dashboard.text()).toBe('ab,bc');
    await hear(status('cb', 'online', 1));
    expect(dashboard.text()).toBe('ab,bc,cb');
    await dashboard.unmount();
  });
});

it('returns the newest events of all agents or of one from useEvents', async () => {
  const show = (options?: EventsOptions) =>
    showing(() =>
      binding
        .useEvents(options)
        .map(({ current, source }) => `${current.agentId}${current.timestamp}${source[0] ?? ''}`)
        .join(),
    );
  const [all, two, ours] = [show(), show({ limit: 2 }), show({ agentId: 'a' })];
  const dashboard = await mount(provide(all.element, two.element, ours.element));
  await accept({ agents: [status('a', 'online', 1)] });
  await hear(status('b', 'error', 2));
  await say('a', 's', 'm', 3);
  expect(dashboard.text()).toBe('"a3l,b2l,a1s""a3l,b2l""a3l,a1s"');
  const { renders } = ours.shown;
  await hear(status('b', 'online', 4));
  expect(dashboard.text()).toBe('"b4l,a3l,b2l,a1s""b4l,a3l""a3l,a1s"');
  expect(ours.shown.renders).toBe(renders);
  await dashboard.unmount();
});

describe('useWebSocket, as documented', () => {
  const hook = (token: string) =>
    showing(() => {
      const { isConnected, agentStatuses } = binding.useWebSocket(token, harness);
      return [isConnected, [...agentStatuses.values()].map((one) => one.status)];
    }).element;

  it('connects with a token, returns statuses, reconnects, and closes on unmount', async () => {
    const dashboard = await mount(createElement(StrictMode, null, hook('the.token')));
    expect(socket().protocols).toEqual(['mission-control', 'the.token', 'mission-control.batch']);
    expect(dashboard.text()).toBe('[false,[]]');
    await accept();
    expect(dashboard.text()).toBe('[true,[]]');
    await hear(status('agent-1', 'online', 1), status('agent-2', 'error', 1));
    expect(dashboard.text()).toBe('[true,["online","error"]]');
    await act(async () => {
      socket().drop();
      await settle();
    });
    expect(dashboard.text()).toBe('[false,["online","error"]]');
    await act(() => time.pass(2_000));
    await accept();
    expect(dashboard.text()).toBe('[true,["online","error"]]');
    await dashboard.unmount();
    expect([time.pending, page.listeners.size]).toEqual([0, 0]);
  });

  /** A component with the hook, and a function to change its token. */
  async function withToken(strict = false) {
    let token: string | undefined = '';
    const Dashboard: FunctionComponent = () => {
      const { isConnected, agentStatuses } = binding.useWebSocket(token, harness);
      texts.push(JSON.stringify([isConnected, agentStatuses.size]));
      return texts.at(-1);
    };
    const texts: string[] = [];
    const element = () =>
      strict ? createElement(StrictMode, null, createElement(Dashboard)) : createElement(Dashboard);
    const dashboard = await mount(element());
    return {
      ...dashboard,
      /** All rendered texts. */
      texts,
      set(next: string | undefined) {
        token = next;
        return dashboard.render(element());
      },
    };
  }
  const answer = (...[type, payload]: Parameters<FakeSocket['receive']>) =>
    act(async () => {
      socket().receive(type, payload);
      await settle();
    });

  it('connects when there is a token, and closes and forgets everything when there is none any more', async () => {
    const dashboard = await withToken();
    expect([dashboard.text(), sockets.length]).toEqual(['[false,0]', 0]);
    await dashboard.set('one');
    expect(socket().token).toBe('one');
    await accept({ agents: [status('a', 'online', 1)] });
    expect(dashboard.text()).toBe('[true,1]');
    dashboard.texts.length = 0;
    await dashboard.set(undefined);
    expect(new Set(dashboard.texts)).toEqual(new Set(['[false,0]']));
    expect(sockets.every(({ readyState }) => readyState === 'closed')).toBe(true);
    await dashboard.unmount();
  });

  it.each([false, true])(
    'refreshes the token on the open connection, and keeps the statuses (StrictMode: %s)',
    async (strict) => {
      const dashboard = await withToken(strict);
      const [one, two, three] = tokensOfAlice;
      await dashboard.set(one);
      await accept({ agents: [status('a', 'online', 1)] });
      dashboard.texts.length = 0;
      for (const token of [two, three]) {
        await dashboard.set(token);
        expect(socket().sentOf('token:refresh').at(-1)?.payload).toEqual({ token });
        await answer('token:refreshed', { expiresAt: time.now() + 3_600_000 });
      }
      expect([sockets.length, socket().sentOf('token:refresh').length]).toEqual([1, 2]);
      expect(new Set(dashboard.texts)).toEqual(new Set(['[true,1]']));
      // The next connection uses the newest token.
      socket().drop();
      await act(() => time.pass(2_000));
      expect(socket().token).toBe(three);
      await dashboard.unmount();
    },
  );

  it('opens a new connection if the server refuses the new token on the open one', async () => {
    const dashboard = await withToken();
    const [one, two] = tokensOfAlice;
    await dashboard.set(one);
    await accept({ agents: [status('a', 'online', 1)] });
    await dashboard.set(two);
    await answer('error', { code: 'token_refused', message: 'Expired.' });
    expect(socket().token).toBe(two);
    expect(dashboard.text()).toBe('[false,1]');
    await accept();
    expect(dashboard.text()).toBe('[true,1]');
    await dashboard.unmount();
  });

  it.each([false, true])(
    'never shows what another user has received, and keeps it for a new token of the same one (StrictMode: %s)',
    async (strict) => {
      const dashboard = await withToken(strict);
      await dashboard.set(tokenUntil(1_000, 'alice'));
      await accept({ agents: [status('a', 'online', 1)] });
      await dashboard.set(tokenUntil(2_000, 'alice'));
      expect(dashboard.text()).toBe('[true,1]');
      dashboard.texts.length = 0;
      await dashboard.set(tokenUntil(2_000, 'bob'));
      expect(socket().token).toBe(tokenUntil(2_000, 'bob'));
      expect(new Set(dashboard.texts)).toEqual(new Set(['[false,0]']));
      await accept({ agents: [status('b', 'online', 1), status('c', 'online', 1)] });
      expect(dashboard.text()).toBe('[true,2]');
      await dashboard.unmount();
      expect([time.pending, page.listeners.size]).toEqual([0, 0]);
    },
  );

  it('keeps no listener on its signal but that of the client in use, however often the user changes', async () => {
    const listeners = new Set<() => void>();
    const signal = {
      aborted: false,
      addEventListener: (_type: string, listener: () => void) => listeners.add(listener),
      removeEventListener: (_type: string, listener: () => void) => listeners.delete(listener),
    };
    const Dashboard: FunctionComponent<{ readonly user: string | undefined }> = ({ user }) =>
      binding.useWebSocket(user && tokenUntil(1_000, user), { ...harness, signal }).state;
    const showing = (user?: string) =>
      createElement(StrictMode, null, createElement(Dashboard, { user }));
    const dashboard = await mount(showing());
    for (let turn = 0; turn < 5; turn += 1) {
      for (const user of ['alice', 'bob']) {
        await dashboard.render(showing(user));
        expect(listeners.size).toBe(1);
      }
    }
    await dashboard.unmount();
    expect(listeners.size).toBe(0);
  });

  it('takes tokens without a user for those of different users', async () => {
    const dashboard = await withToken();
    await dashboard.set('opaque-1');
    await accept({ agents: [status('a', 'online', 1)] });
    dashboard.texts.length = 0;
    await dashboard.set('opaque-2');
    expect(new Set(dashboard.texts)).toEqual(new Set(['[false,0]']));
    await dashboard.unmount();
  });

  it('connects immediately with a new token if the handshake with the old one failed', async () => {
    const dashboard = await withToken();
    await dashboard.set('expired');
    await act(async () => {
      socket().drop();
      await settle();
    });
    await dashboard.set('fresh');
    expect(socket().token).toBe('fresh');
    await dashboard.unmount();
    expect([time.pending, page.listeners.size]).toEqual([0, 0]);
  });

  it('subscribes to the agents of its options, whenever they change', async () => {
    const watching = (agents: readonly string[]) => {
      const Dashboard: FunctionComponent = () =>
        `${binding.useWebSocket('token', { ...harness, agents }).agentStatuses.size}`;
      return Dashboard;
    };
    let agents: readonly string[] = ['a'];
    const Page: FunctionComponent = () => watching(agents)({}) as string;
    const dashboard = await mount(createElement(Page));
    await open();
    await subscribed(status('a', 'online', 1));
    expect(dashboard.text()).toBe('1');
    agents = ['b'];
    await dashboard.render(createElement(Page));
    await subscribed();
    expect([asked(), dashboard.text()]).toEqual([[['a'], ['b']], '0']);
    await dashboard.unmount();
  });

  it('connects to ws://localhost:3000 by default', async () => {
    const { element } = showing(() => binding.useWebSocket('token', harness).isConnected);
    const dashboard = await mount(element);
    expect(socket().url).toBe('ws://localhost:3000');
    await dashboard.unmount();
  });

  describe('by several components', () => {
    /** Two components, each with a token and agents of its own, and one below another parent. */
    async function withComponents(strict: boolean) {
      interface Props {
        readonly token: string | undefined;
        readonly agents?: readonly string[];
        readonly url?: string;
      }
      const Component: FunctionComponent<Props> = ({ token, ...options }) => {
        const { state, reason, agentStatuses } = binding.useWebSocket(token, {
          ...harness,
          ...options,
        });
        return `${state} ${reason ?? ''}${[...agentStatuses.keys()].join()};`;
      };
      const element = (...all: readonly Props[]) =>
        createElement(
          strict ? StrictMode : 'div',
          null,
          ...all.map((props, index) => createElement(Component, { ...props, key: index })),
        );
      const dashboard = await mount(element());
      return {
        ...dashboard,
        show: (...all: readonly Props[]) => dashboard.render(element(...all)),
      };
    }
    const openTokens = () =>
      sockets
        .filter(({ readyState }) => readyState !== 'closed')
        .map(({ token }) => token)
        .sort();
    const refreshed = () =>
      socket()
        .sentOf('token:refresh')
        .map(({ payload }) => payload.token);

    it.each([false, true])(
      'opens one connection for the same token and options, and closes it with the last (StrictMode: %s)',
      async (strict) => {
        const dashboard = await withComponents(strict);
        await dashboard.show({ token: 'one' }, { token: 'one' });
        await accept({ agents: [status('a', 'online', 1)] });
        expect(dashboard.text()).toBe('connected a;connected a;');
        await dashboard.show({ token: 'one' }, { token: 'one' }, { token: 'one' });
        expect(dashboard.text()).toBe('connected a;connected a;connected a;');
        await dashboard.show({ token: 'one' });
        expect([sockets.length, openTokens()]).toEqual([1, ['one']]);
        await dashboard.show();
        expect([openTokens(), time.pending, page.listeners.size]).toEqual([[], 0, 0]);
        // A later component gets a client of its own.
        await dashboard.show({ token: 'one' });
        expect([sockets.length, openTokens()]).toEqual([2, ['one']]);
        await dashboard.unmount();
        expect([openTokens(), time.pending, page.listeners.size]).toEqual([[], 0, 0]);
      },
    );

    it('keeps the connection if one component replaces another in one render', async () => {
      const dashboard = await withComponents(false);
      const { element } = showing(() => binding.useWebSocket('one', harness).isConnected);
      await dashboard.show({ token: 'one' });
      await accept();
      await dashboard.render(createElement('section', null, element));
      expect([dashboard.text(), sockets.length, openTokens()]).toEqual(['true', 1, ['one']]);
      await dashboard.unmount();
    });

    it.each([false, true])(
      'refreshes the token once if all of them get a new one (StrictMode: %s)',
      async (strict) => {
        const dashboard = await withComponents(strict);
        const [one, two] = tokensOfAlice;
        await dashboard.show({ token: one }, { token: one });
        await accept();
        await dashboard.show({ token: two }, { token: two });
        expect([sockets.length, refreshed()]).toEqual([1, [two]]);
        await dashboard.unmount();
      },
    );

    it('gives those that get another token a connection of their own, and shares again if the others follow', async () => {
      const dashboard = await withComponents(true);
      await dashboard.show({ token: 'one' }, { token: 'one' }, { token: 'one' });
      await accept({ agents: [status('a', 'online', 1)] });
      await dashboard.show({ token: 'one' }, { token: 'two' }, { token: 'two' });
      expect(openTokens()).toEqual(['one', 'two']);
      expect(sockets[0]?.sentOf('token:refresh')).toEqual([]);
      expect(dashboard.text()).toBe('connected a;connecting ;connecting ;');
      await dashboard.show({ token: 'two' }, { token: 'two' }, { token: 'two' });
      expect([openTokens(), dashboard.text()]).toEqual([
        ['two'],
        'connecting ;connecting ;connecting ;',
      ]);
      await dashboard.unmount();
      expect([openTokens(), time.pending, page.listeners.size]).toEqual([[], 0, 0]);
    });

    it('has no connection for those whose user has signed out, and keeps that of the others', async () => {
      const dashboard = await withComponents(false);
      await dashboard.show({ token: 'one' }, { token: 'one' });
      await accept({ agents: [status('a', 'online', 1)] });
      await dashboard.show({ token: undefined }, { token: 'one' });
      expect([dashboard.text(), openTokens()]).toEqual(['idle ;connected a;', ['one']]);
      await dashboard.unmount();
    });

    it('shares only among those with the same agents and URL', async () => {
      const dashboard = await withComponents(false);
      const [token, url] = ['one', 'ws://localhost:4000'];
      await dashboard.show(
        { token },
        { token, url },
        { token, agents: ['a'] },
        { token, agents: ['a'] },
      );
      expect(sockets.map((one) => one.url).sort()).toEqual([
        ...['ws://localhost:3000', 'ws://localhost:3000', url],
      ]);
      await dashboard.show({ token, url }, { token, url }, { token, url }, { token, url });
      expect(
        sockets.filter(({ readyState }) => readyState !== 'closed').map((one) => one.url),
      ).toEqual([url]);
      await dashboard.unmount();
      expect([openTokens(), time.pending, page.listeners.size]).toEqual([[], 0, 0]);
    });

    it('says why there is no connection', async () => {
      const dashboard = await withComponents(false);
      await dashboard.show({ token: 'one' });
      await accept();
      await act(async () => {
        socket().drop(1001, 'Going away');
        await settle();
      });
      expect(dashboard.text()).toBe('waiting Going away;');
      await dashboard.unmount();
    });
  });
});
