// The app of the dashboard, rendered by React in jsdom, with a client on fake sockets and a fake clock.
import { JSDOM } from 'jsdom';
import { act, createElement, Profiler, StrictMode } from 'react';
import type { Root } from 'react-dom/client';
import type * as ReactDomClient from 'react-dom/client';
import { App } from '#dashboard/page/components/app';
import { createAddress } from '#dashboard/page/model/address';
import { ClockContext, createClock } from '#dashboard/page/components/parts/clock';
import { createListMemory } from '#dashboard/page/model/agents/list-memory';
import type { TokenSource } from '#dashboard/page/auth/token-source';
import type { MissionControlOptions } from '#sdk/client';
import { MissionControlProvider } from '#sdk/client/react/index';
import { ClientHarness, settle } from '#test/support/client/client-harness';
import { timersOf } from '#test/support/client/timers';

let client: typeof ReactDomClient;

beforeAll(async () => {
  const { window } = new JSDOM('', { url: 'https://example.com/' });
  // jsdom has no layout: this is the height of the list, of which only the visible rows are rendered.
  Object.defineProperty(window.Element.prototype, 'clientHeight', { get: () => 600 });
  const { document, navigator, sessionStorage, FormData, Element, Node, Event, getComputedStyle } =
    window;
  const page = {
    window,
    document,
    navigator,
    sessionStorage,
    FormData,
    Element,
    Node,
    Event,
    getComputedStyle,
  };
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true, ...page });
  // Imported only now, because React looks for the document when it is imported.
  client = await import('react-dom/client');
});

let root: Root | undefined;
afterEach(() => {
  act(() => {
    root?.unmount();
  });
  document.body.replaceChildren();
  window.history.replaceState(null, '', '/');
  sessionStorage.clear();
});

interface Given {
  readonly tokens?: Partial<TokenSource>;
  readonly options?: Partial<MissionControlOptions>;
  readonly commands?: readonly string[];
}

async function openPage({ tokens = {}, options = {}, commands = [] }: Given = {}) {
  const harness = new ClientHarness(options);
  const { time } = harness;
  const ticks = new Set<() => void>();
  const clock = createClock(
    {
      setInterval: ((tick: () => void) => ticks.add(tick)) as unknown as typeof setInterval,
      clearInterval: () => {
        ticks.clear();
      },
    },
    time.now,
  );
  const source: TokenSource = {
    getToken: () => Promise.resolve('token'),
    remedy: { kind: 'none' },
    problem: () => undefined,
    ...tokens,
  };
  const container = document.createElement('div');
  document.body.append(container);
  root = client.createRoot(container);
  const app = createElement(App, {
    memory: createListMemory(() => sessionStorage),
    address: createAddress(window),
    tokens: source,
    commands,
    timers: timersOf(time),
  });
  const provided = createElement(MissionControlProvider, { client: harness.client }, app);
  let commits = 0;
  const counted = createElement(Profiler, { id: 'page', onRender: () => (commits += 1) }, provided);
  const perform = (what: () => unknown) =>
    act(async () => {
      await what();
      await settle();
    });
  await perform(() => {
    root?.render(
      createElement(StrictMode, null, createElement(ClockContext, { value: clock }, counted)),
    );
  });
  const all = (selector: string) => [...container.querySelectorAll<HTMLElement>(selector)];
  const textsOf = (selector: string) => all(selector).map(({ textContent }) => textContent);
  return {
    harness,
    perform,
    all,
    textsOf,
    commits: () => commits,
    text: () => container.textContent,
    /** Advances the time, and runs the ticks of the clock of the page. */
    tick: (ms: number) =>
      perform(async () => {
        await time.pass(ms);
        for (const tick of ticks) tick();
      }),
    ticks: () => ticks.size,
    press: (name: string) =>
      perform(() => {
        const found = all('button').find((each) => each.textContent.startsWith(name));
        if (found === undefined) throw new Error(`There is no button ${name}.`);
        found.click();
      }),
    fill: (selector: string, value: string) =>
      perform(() => {
        const [input] = all(selector);
        // React overrides the setter of the element: call that of the prototype.
        const prototype = Object.getPrototypeOf(input) as object;
        Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(input, value);
        input?.dispatchEvent(new window.Event('input', { bubbles: true }));
      }),
  };
}

type Page = Awaited<ReturnType<typeof openPage>>;

/** Resolves when the address has changed. */
function navigation(begin: () => void): Promise<unknown> {
  const isOver = new Promise((resolve) => {
    window.addEventListener('popstate', resolve, { once: true });
  });
  begin();
  return isOver;
}

const report = (
  { harness, perform }: Page,
  agentId: string,
  status: 'online' | 'offline' | 'error',
  timestamp = harness.time.now(),
) =>
  perform(() => {
    harness.socket.receive('agent:status', { agentId, status, timestamp });
  });

const say = ({ harness, perform }: Page, agentId: string, sessionId: string, lastMessage: string) =>
  perform(() => {
    const timestamp = harness.time.now();
    harness.socket.receive('session:activity', { agentId, sessionId, lastMessage, timestamp });
  });

it('shows the commands to run while there are no agents', async () => {
  const page = await openPage({ commands: ['npm run emit -- agent:status agent-123 online'] });
  expect(page.text()).toContain('Not connected yet');
  await page.perform(() => page.harness.connect());
  expect(page.text()).toContain('No agent has reported yet');
  expect(page.textsOf('code')).toEqual(['npm run emit -- agent:status agent-123 online']);
});

it('says which agents the user may see, and that none of them has reported, without commands', async () => {
  const page = await openPage({ commands: ['npm run emit -- agent:status agent-123 online'] });
  const bar = () => page.textsOf('.connection').join();
  await page.perform(() => page.harness.accept({ visibleAgents: ['team-a/*'] }));
  expect(bar()).toBe('ConnectedYou see agents: team-a/*');
  expect(page.textsOf('h2')).toEqual(['No agent within team-a/* has reported yet']);
  expect(page.textsOf('code')).toEqual([]);
  await report(page, 'team-b/1', 'online');
  expect(page.textsOf('.agent h3')).toEqual([]);
  await report(page, 'team-a/1', 'online');
  expect(page.textsOf('.agent h3')).toEqual(['team-a/1']);
  await page.perform(() => {
    page.harness.socket.receive('subscribed', { agents: [] });
  });
  expect(bar()).toBe('ConnectedYou see no agents.');
  expect(page.textsOf('h2')).toEqual(['You may see no agents']);
});

it('shows the status of agents as a word, their newest sessions, and relative times that advance', async () => {
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'agent-1', 'online');
  await report(page, 'agent-2', 'error');
  for (const session of ['s1', 's2', 's3']) {
    await page.tick(10_000);
    await say(page, 'agent-1', session, `message of ${session}`);
  }
  expect(page.textsOf('.agent h3')).toEqual(['agent-2', 'agent-1']);
  expect(page.textsOf('.agent-status')).toEqual(['error for 30 s', 'online for 30 s']);
  expect(page.textsOf('.session')).toEqual(['s3 message of s3', 's2 message of s2']);
  expect(page.textsOf('.row .last-report time')).toEqual(['30 s ago', 'just now']);
  await page.tick(60_000);
  expect(page.textsOf('.agent-status')).toEqual(['error for 1 min', 'online for 1 min']);
  await report(page, 'agent-1', 'online');
  // The status is the same, and has been reported again.
  expect(page.textsOf('.agent-status')).toEqual(['error for 1 min', 'online for 1 min']);
  expect(page.textsOf('.row .last-report time')).toEqual(['1 min ago', 'just now']);
});

it('renders after a tick only if a text has changed, and after an event keeps the elements of other agents', async () => {
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'agent-1', 'online');
  await report(page, 'agent-2', 'online');
  const [first] = page.all('.agent');
  // The numbers of events are updated once a second.
  await page.tick(1_000);
  const before = page.commits();
  await page.tick(1_000);
  expect(page.commits()).toBe(before);
  await page.tick(8_000);
  expect(page.commits()).toBe(before + 1);
  await report(page, 'agent-2', 'offline');
  expect(page.all('.agent')[0]).toBe(first);
});

it('shows the countdown to the next attempt and the age of the data, and connects at once on request', async () => {
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'agent-1', 'online');
  page.harness.random = 1;
  await page.perform(() => {
    page.harness.socket.drop();
  });
  const bar = () => page.textsOf('.connection').join();
  expect(bar()).toContain('Waiting');
  expect(bar()).toContain('Next attempt in 1 s.');
  expect(bar()).toMatch(/Shown as of .*\d/);
  await page.press('Try now');
  expect(bar()).toContain('Connecting');
  await page.perform(() => page.harness.accept());
  expect(bar()).toBe('Connected');
});

it('shows only agents and events that match the filter, until it is removed', async () => {
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'alpha', 'online');
  await report(page, 'beta', 'error');
  await page.fill('input[type=search]', 'alp');
  expect(page.textsOf('.agent h3')).toEqual(['alpha']);
  expect(page.textsOf('.feed-event .feed-agent')).toEqual(['alpha']);
  expect(page.text()).toContain('1 of 2');
  // What a click would show.
  expect(page.textsOf('.toggle[data-status]')).toEqual(['0 error', '1 online', '0 offline']);
  await page.press('0 error');
  expect(page.text()).toContain('No agent matches the filter.');
  await page.press('Show all');
  expect(page.textsOf('.agent h3')).toEqual(['beta', 'alpha']);
});

it('shows the filter of the address, and the one before after going back', async () => {
  window.history.replaceState(null, '', '#/?q=a&status=error');
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'alpha', 'online');
  await report(page, 'beta', 'error');
  await report(page, 'ceres', 'error');
  expect(page.textsOf('.agent h3')).toEqual(['beta']);
  await page.press('1 error');
  expect(window.location.hash).toBe('#/?q=a');
  expect(page.textsOf('.agent h3')).toEqual(['beta', 'alpha']);
  await page.perform(() =>
    navigation(() => {
      window.history.back();
    }),
  );
  expect(page.textsOf('.agent h3')).toEqual(['beta']);
});

it('keeps the feed paused while the page of an agent is shown', async () => {
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'agent-1', 'online');
  await page.press('Pause');
  const follow = (link: string) =>
    page.perform(() =>
      navigation(() => {
        page.all(link)[0]?.click();
      }),
    );
  await follow('.feed-agent');
  await report(page, 'agent-2', 'error');
  expect(page.textsOf('.event-feed')).toEqual([]);
  await follow('.agent-page-head a');
  expect(page.textsOf('.event-feed button')).toEqual(['Show 1 new']);
  expect(page.textsOf('.feed-agent')).toEqual(['agent-1']);
});

const pressKey = (page: Page, key: string) =>
  page.perform(() => {
    const init = { key, bubbles: true, cancelable: true };
    (document.activeElement ?? document.body).dispatchEvent(
      new (window as unknown as typeof globalThis).KeyboardEvent('keydown', init),
    );
  });

it('returns from an agent to the events with Escape if it was opened there, and to the list by the link', async () => {
  window.history.replaceState(null, '', '#/events?status=error');
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'agent-1', 'error');
  await page.perform(() => navigation(() => page.all('.feed-agent')[0]?.click()));
  expect(page.all('.agent-page-head a')[0]?.getAttribute('href')).toBe('#/?status=error');
  await pressKey(page, 'Escape');
  expect(window.location.hash).toBe('#/events?status=error');
});

it('shows the list with the focus in the filter when / is pressed on the page of an agent', async () => {
  window.history.replaceState(null, '', '#/agents/agent-1?sort=name');
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'agent-1', 'online');
  await pressKey(page, '/');
  expect(window.location.hash).toBe('#/?sort=name');
  expect(document.activeElement?.id).toBe('filter');
});

it('pauses the feed, counts the new events, and shows them after resuming', async () => {
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'agent-1', 'online');
  await page.press('Pause');
  await report(page, 'agent-2', 'online');
  expect(page.textsOf('.feed-event .feed-agent')).toEqual(['agent-1']);
  await page.press('Show 1 new');
  expect(page.textsOf('.feed-event .feed-agent')).toEqual(['agent-2', 'agent-1']);
});

it('makes elements of the visible rows only, of 5,000 agents', async () => {
  const page = await openPage();
  const agents = Array.from({ length: 5_000 }, (_, index) => ({
    agentId: `agent-${index}`,
    status: 'online' as const,
    timestamp: 1,
  }));
  await page.perform(() => page.harness.accept({ agents }));
  expect(page.text()).toContain('Agents 5,000');
  const rows = page.all('.agent');
  expect(rows.length).toBeGreaterThan(9);
  expect(rows.length).toBeLessThan(30);
  expect(rows[0]?.getAttribute('aria-setsize')).toBe('5000');
});

it('shows the agents below the headings of their groups, which filter by group', async () => {
  window.history.replaceState(null, '', '#/?by=group');
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'solo', 'online');
  await report(page, 'team-b/1', 'online');
  await report(page, 'team-a/1', 'error');
  const lines = () => page.textsOf('.agent h3, .group-heading');
  const [all, team] = [
    [
      'team-a/ 1 agent 1 error',
      'team-a/1',
      'team-b/ 1 agent',
      'team-b/1',
      'No group 1 agent',
      'solo',
    ],
    ['team-b/ 1 agent', 'team-b/1'],
  ];
  expect(lines()).toEqual(all);
  await page.press('team-b/');
  expect(window.location.hash).toBe('#/?group=team-b%2F&by=group');
  expect(lines()).toEqual(team);
  await page.press('team-b/');
  expect(lines()).toEqual(all);
});

it('marks an agent that has not reported for ten minutes, unless it is offline', async () => {
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'agent-1', 'online');
  await report(page, 'agent-2', 'offline');
  await page.tick(12 * 60_000);
  expect(page.textsOf('.row .last-report time')).toEqual(['nothing new for 12 min', '12 min ago']);
});

it('shows the page of an agent at its address: whole messages, those before, and the statuses before', async () => {
  window.history.replaceState(null, '', '#/agents/team%2F1?status=error');
  const page = await openPage();
  const [long, restored] = [
    'long '.repeat(100),
    { agentId: 'team/1', status: 'online', timestamp: 1 },
  ];
  await page.perform(() => page.harness.accept({ agents: [restored as never] }));
  await report(page, 'team/1', 'error');
  await say(page, 'team/1', 's1', 'First');
  await page.tick(60_000);
  await say(page, 'team/1', 's1', long);
  await say(page, 'another', 's2', 'Of another agent');
  expect(page.textsOf('h2')[0]).toBe('team/1');
  expect(page.textsOf('.period')).toEqual([
    expect.stringMatching(/^error for 1 min\s+1 min ago$/),
    expect.stringMatching(/^online for \d+ d restored \d+ d ago$/),
  ]);
  expect(page.textsOf('.whole-message')).toEqual([long]);
  await page.press('Show earlier messages');
  const [request] = page.harness.socket.sentOf('session:history');
  expect(request?.payload).toMatchObject({ agentId: 'team/1', sessionId: 's1' });
  const now = page.harness.time.now();
  await page.perform(() => {
    page.harness.socket.receive('session:timeline', {
      ...{ agentId: 'team/1', sessionId: 's1' },
      events: [long, 'First', 'Before'].map((lastMessage, index) => ({
        ...{ lastMessage, timestamp: now - 60_000 * index },
      })),
    });
  });
  expect(page.textsOf('.whole-message')).toEqual([long, 'First', 'Before']);
  await page.tick(1_000);
  await say(page, 'team/1', 's1', 'Now');
  expect(page.textsOf('.whole-message')).toEqual(['Now', long, 'First', 'Before']);
  // Otherwise the address is written after a delay, which may be that of another test.
  await page.perform(() => window.dispatchEvent(new window.Event('pagehide')));
  expect(window.location.hash).toBe('#/agents/team%2F1?status=error&session=s1');
  await page.press('Hide earlier messages');
  await page.perform(() => window.dispatchEvent(new window.Event('pagehide')));
  expect(window.location.hash).toBe('#/agents/team%2F1?status=error');
  expect(page.textsOf('.whole-message')).toEqual(['Now']);
  expect(page.all('.agent-page-head a')[0]?.getAttribute('href')).toBe('#/?status=error');
});

it('says that nothing is known of an agent, until it reports', async () => {
  window.history.replaceState(null, '', '#/agents/nobody');
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  expect(page.text()).toContain('Nothing is known of this agent');
  await report(page, 'nobody', 'online');
  expect(page.text()).not.toContain('Nothing is known of this agent');
  expect(page.textsOf('.period')).toHaveLength(1);
});

it('shows a form for a token that the user pastes, and connects with it', async () => {
  const accepted: string[] = [];
  const accept = (token: string) => accepted.push(token);
  const tokens = { remedy: { kind: 'paste', accept } } as const;
  const page = await openPage({ tokens, options: { autoConnect: false } });
  expect(page.text()).toContain('Not connected');
  await page.fill('input[name=token]', 'a.b.c');
  await page.press('Connect');
  expect(accepted).toEqual(['a.b.c']);
  await page.perform(() => page.harness.accept());
  expect(page.all('form')).toEqual([]);
});

it('shows why there is no token, and a button to sign in', async () => {
  const signIn = jest.fn(() => Promise.resolve());
  const page = await openPage({
    tokens: {
      remedy: { kind: 'sign-in', signIn },
      problem: () => 'Your sign-in has ended: sign in again.',
    },
    options: { getToken: () => Promise.reject(new Error('no')) },
  });
  expect(page.text()).toContain('There is no token.');
  expect(page.text()).toContain('Your sign-in has ended: sign in again.');
  await page.press('Sign in');
  expect(signIn).toHaveBeenCalledTimes(1);
});

it('filters events by status, too', async () => {
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'alpha', 'online');
  await report(page, 'beta', 'error');
  await say(page, 'alpha', 's1', 'Reads');
  await say(page, 'beta', 's2', 'Fails');
  await page.press('1 error');
  expect(page.textsOf('.feed-event p').map((text) => text.trim())).toEqual([
    'beta s2 Fails',
    'beta error',
  ]);
});

it('shortens a long message until it is clicked, and makes no button of a short one', async () => {
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await say(page, 'agent-1', 's1', 'Short');
  expect(page.all('.opens')).toEqual([]);
  await say(page, 'agent-1', 's2', 'long '.repeat(20));
  const message = () => page.all('.opens .message')[0]?.dataset['whole'];
  expect(page.all('.opens')).toHaveLength(1);
  expect(message()).toBe('false');
  await page.perform(() => {
    page.all('.opens')[0]?.click();
  });
  expect(message()).toBe('true');
  expect(page.all('.opens')[0]?.getAttribute('aria-expanded')).toBe('true');
});

it('shows invisible characters of names and messages, everywhere on the page', async () => {
  const page = await openPage();
  await page.perform(() => page.harness.connect());
  await report(page, 'pay\u202Eload', 'online');
  await say(page, 'pay\u202Eload', 's\u200B1', 'Says \u2066this');
  expect(page.textsOf('.agent h3, .feed-event .feed-agent')).toEqual(
    Array(3).fill('payU+202Eload'),
  );
  expect(page.textsOf('.session-id, .feed-session')).toEqual(Array(2).fill('sU+200B1'));
  expect(page.textsOf('.message')).toEqual(Array(2).fill('Says U+2066this'));
  expect(page.all('.agent h3')[0]?.title).toBe('pay‹U+202E›load');
  expect(
    page.all('h3 bdi, .feed-agent bdi, .session-id bdi, .feed-session bdi, .message bdi'),
  ).toHaveLength(7);
});

it('counts the events since the page was opened, without those of the snapshot', async () => {
  const page = await openPage();
  const old = { agentId: 'agent-1', status: 'online' as const, timestamp: 1 };
  await page.perform(() => page.harness.accept({ agents: [old] }));
  expect(page.textsOf('footer')).toEqual([]);
  await report(page, 'agent-1', 'offline');
  await page.tick(1_000);
  expect(page.textsOf('footer')).toEqual(['1 event since this page was opened']);
});
