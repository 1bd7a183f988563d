// The feed, rendered by React in jsdom: order, dates, pause, links and the keyboard.
import { createElement, useState } from 'react';
import {
  FeedView,
  type FeedViewProps,
  type HeldEvents,
} from '#dashboard/page/components/events/feed';
import { feedActivity, feedStatus } from '#test/support/data/feed-events';
import { createParts, inPage, perform, render } from '#test/support/dashboard/rendered';

inPage();

const hrefOf = (agentId: string) => `#/agents/${agentId}`;

type Given = Omit<FeedViewProps, 'held' | 'onHold'>;

/** Keeps what is held, as the page does. */
function Feed(given: Given) {
  const [held, onHold] = useState<HeldEvents>();
  return createElement(FeedView, { ...given, held, onHold });
}

async function open(given: Partial<Given> = {}) {
  const parts = createParts();
  let props: Given = { events: [], isShown: undefined, hrefOf, view: '', ...given };
  const page = await render(createElement(Feed, props), parts);
  const change = (next: Partial<Given>) => {
    props = { ...props, ...next };
    return page.show(createElement(Feed, props));
  };
  return { ...page, ...parts, change };
}

it('links the agent of each event, and tells restored events from live ones', async () => {
  const { all, textsOf, violations } = await open({
    events: [
      feedStatus(3, 'a', 'error'),
      feedActivity(2, 'b', 's1', 'Says', 'snapshot'),
      feedStatus(1, 'c', 'online', 1, 'snapshot'),
    ],
  });
  expect(textsOf('.feed-event p').map((text) => text.trim())).toEqual([
    'a error',
    'restored b s1 Says',
    'restored c online',
  ]);
  expect(all('.feed-event').map(({ dataset }) => dataset['restored'])).toEqual([
    'false',
    'true',
    'true',
  ]);
  expect(all('a').map((link) => link.getAttribute('href'))).toEqual([
    '#/agents/a',
    '#/agents/b',
    '#/agents/c',
  ]);
  expect(await violations()).toEqual([]);
});

it('shows the date of an event that is not of today, also when the day ends', async () => {
  const { time, change, textsOf, tick } = await open();
  const now = time.now();
  const events = [feedStatus(2, 'a', 'error', now), feedStatus(1, 'a', 'online', now - 90_000_000)];
  await change({ events });
  expect(textsOf('time').map((text) => /[A-Z][a-z]+ \d+/.exec(text)?.[0])).toEqual([
    undefined,
    new Date(now - 90_000_000).toLocaleDateString(undefined, { month: 'short', day: 'numeric' }),
  ]);
  await tick(86_400_000);
  expect(textsOf('time')[0]).toMatch(/[A-Z][a-z]+ \d+/);
});

it('says what is missing before restored events, and nothing if all are live', async () => {
  const { change, textsOf } = await open({ events: [feedStatus(1, 'a', 'online')] });
  expect(textsOf('.note')).toEqual([]);
  await change({ events: [feedStatus(2, 'a', 'error', 2, 'snapshot')] });
  expect(textsOf('.note')).toEqual([
    expect.stringMatching(/^Restored events are only the newest of each agent and session\./),
  ]);
});

it('counts new events while it is paused, without restored and filtered ones, and shows them on request', async () => {
  const first = feedStatus(1, 'a', 'online');
  const { change, press, textsOf } = await open({ events: [first] });
  await press('Pause');
  expect(textsOf('button')).toEqual(['Resume']);
  const events = [
    feedStatus(4, 'b', 'error'),
    feedStatus(3, 'c', 'error'),
    feedStatus(2, 'd', 'error', 2, 'snapshot'),
    first,
  ];
  await change({ events });
  expect(textsOf('button')).toEqual(['Show 2 new']);
  expect(textsOf('.feed-agent')).toEqual(['a']);
  await change({ isShown: ({ current }) => current.agentId !== 'c' });
  expect(textsOf('button')).toEqual(['Show 1 new']);
  await press('Show 1 new');
  expect(textsOf('button')).toEqual(['Pause']);
  expect(textsOf('.feed-agent')).toEqual(['b', 'd', 'a']);
});

it('goes on if other agents become visible, because a paused feed would show what the client has removed', async () => {
  const { change, press, textsOf } = await open({ events: [feedStatus(1, 'a/1', 'online')] });
  await press('Pause');
  await change({ events: [feedStatus(2, 'b/1', 'online')], view: 'b/*' });
  expect(textsOf('.feed-agent')).toEqual(['b/1']);
  expect(textsOf('button')).toEqual(['Pause']);
});

it('shows 100 events, and says why there are none', async () => {
  const events = Array.from({ length: 101 }, (_, index) => feedStatus(101 - index, 'a', 'online'));
  const { all, change, text } = await open({ events });
  expect(all('.feed-event')).toHaveLength(100);
  await change({ isShown: () => false });
  expect(text()).toContain('None of the newest events matches the filter.');
  await change({ isShown: undefined, events: [] });
  expect(text()).toContain('No events yet.');
});

it('has one tab stop beside the list itself, which the arrow keys move, and which stays with its event', async () => {
  const long = 'long '.repeat(20);
  const events = [
    feedStatus(3, 'a', 'online'),
    feedActivity(2, 'b', 's1', long),
    feedStatus(1, 'c', 'online'),
  ];
  const { all, change } = await open({ events });
  const stops = () => all('ol a, ol button').filter(({ tabIndex }) => tabIndex === 0);
  const namesOf = (elements: readonly Element[]) => elements.map(({ textContent }) => textContent);
  const key = (name: string) =>
    perform(() => {
      const event = new window.KeyboardEvent('keydown', { key: name, bubbles: true });
      document.activeElement?.dispatchEvent(event);
    });
  expect(namesOf(stops())).toEqual(['a']);
  await perform(() => {
    stops()[0]?.focus();
  });
  await key('ArrowDown');
  expect(document.activeElement?.textContent).toBe('b');
  expect(namesOf(stops())).toEqual(['b', long]);
  await change({ events: [feedStatus(4, 'd', 'online'), ...events] });
  expect(namesOf(stops())).toEqual(['b', long]);
  await key('End');
  expect(document.activeElement?.textContent).toBe('c');
  await key('ArrowDown');
  expect(document.activeElement?.textContent).toBe('c');
  await key('Home');
  expect(namesOf(stops())).toEqual(['d']);
});

it('does not name the agent if all events are of one', async () => {
  const { text, all, violations } = await open({
    events: [feedStatus(1, 'a', 'error')],
    hrefOf: undefined,
  });
  expect(all('a')).toEqual([]);
  expect(text()).toContain('error');
  expect(await violations()).toEqual([]);
});
