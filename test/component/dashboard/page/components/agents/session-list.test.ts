// The sessions of an agent with their timelines, rendered by React in jsdom.
import { createElement, useState } from 'react';
import { SessionList } from '#dashboard/page/components/agents/session-list';
import { MissionControlProvider, useSessions } from '#sdk/client/react/index';
import { createFakeMissionControl, type FakeMissionControl } from '#sdk/client/testing/index';
import { sessionEvent } from '#test/support/data/events';
import { createParts, inPage, perform, render } from '#test/support/dashboard/rendered';

inPage();

function Sessions() {
  const [open, setOpen] = useState<readonly string[]>([]);
  const onOpen = (sessionId: string, isOpen: boolean) => {
    setOpen(isOpen ? [sessionId] : []);
  };
  return createElement(SessionList, { sessions: useSessions('a'), open, onOpen });
}

/** Renders the sessions of an agent that has reported this many messages in one session. */
async function open(count: number, client: FakeMissionControl = createFakeMissionControl()) {
  const parts = createParts();
  const now = parts.time.now();
  client.emit(
    Array.from({ length: count }, (_, at) => sessionEvent('a', 's', `<${at}>`, now + at)),
  );
  const rendered = await render(
    createElement(MissionControlProvider, { client }, createElement(Sessions)),
    parts,
  );
  /** Waits until the client has taken a page: an event takes some microtasks. */
  const taken = async () => {
    for (let turn = 0; turn < 20; turn += 1) await perform(() => undefined);
  };
  return {
    ...{ ...rendered, client },
    messages: () => rendered.textsOf('.timeline li p'),
    words: () => rendered.textsOf('.timeline-status').join(),
    buttons: () => rendered.textsOf('.timeline button'),
    press: async (name: string) => {
      await rendered.press(name);
      await taken();
    },
    act: async (what: () => unknown) => {
      await perform(what);
      await taken();
    },
  };
}

it('shows earlier messages on request, the newest first, and says when there are none before', async () => {
  const page = await open(30);
  await page.act(page.client.connect);
  expect(page.messages()).toEqual([]);
  await page.press('Show earlier messages');
  expect(page.messages()).toHaveLength(24);
  expect(page.messages()[0]).toBe('<28>');
  expect([page.words(), page.buttons()]).toEqual(['', ['Older messages of s']]);
  expect(await page.violations()).toEqual([]);
  await page.press('Older messages');
  expect(page.messages()).toHaveLength(29);
  expect(page.messages().at(-1)).toBe('<0>');
  expect(page.words()).toBe('The service has no messages before these.');
  expect(page.buttons()).toEqual([]);
  // The button that had the focus is gone.
  expect(document.activeElement?.className).toBe('timeline-status');
  expect(await page.violations()).toEqual([]);
});

it('adds messages that arrive, each once, and the newest one above', async () => {
  const page = await open(2);
  await page.act(page.client.connect);
  await page.press('Show earlier messages');
  await page.act(() => {
    const { timestamp = 0 } = [...page.client.sessions.values()][0] ?? {};
    page.client.emit(sessionEvent('a', 's', 'New', timestamp + 1));
  });
  expect(page.textsOf('.whole-message')).toEqual(['New', '<1>', '<0>']);
  await page.press('Hide earlier messages');
  expect(page.textsOf('.whole-message')).toEqual(['New']);
});

it('says that messages are loading until the page is connected', async () => {
  const page = await open(1);
  await page.press('Show earlier messages');
  expect(page.words()).toBe('Loading messages…');
  expect(page.all('.timeline')[0]?.getAttribute('aria-busy')).toBe('true');
  await page.act(page.client.connect);
  expect(page.words()).toBe('The service has no earlier messages of this session.');
});

it('says that the service keeps no timelines, and shows what arrives', async () => {
  const page = await open(1, createFakeMissionControl({ hasTimelines: false }));
  await page.act(page.client.connect);
  await page.press('Show earlier messages');
  expect(page.words()).toBe('This service does not keep earlier messages.');
  expect(page.buttons()).toEqual([]);
  await page.act(() => {
    page.client.emit(sessionEvent('a', 's', 'New', Date.now()));
  });
  expect(page.messages()).toEqual(['<0>']);
  expect(page.words()).toMatch('these are those that this page has received');
  expect(await page.violations()).toEqual([]);
});

it('says why messages could not be loaded, and tries again on request', async () => {
  const page = await open(3);
  await page.press('Show earlier messages');
  await page.act(() => {
    page.client.fail({ code: 'rate_limited', message: 'Wait.' });
  });
  expect(page.words()).toBe(
    'Earlier messages could not be loaded: there were too many requests just now.',
  );
  expect(page.buttons()).toEqual(['Try again of s']);
  expect(await page.violations()).toEqual([]);
  await page.press('Try again');
  await page.act(page.client.connect);
  expect(page.messages()).toEqual(['<1>', '<0>']);
});

it('says which sessions of the address are not known, once it is connected, until they report or are dismissed', async () => {
  const client = createFakeMissionControl();
  client.emit(sessionEvent('a', 's', 'm', 100));
  function Opened() {
    const [open, setOpen] = useState<readonly string[]>(['s', 'expired', 'late']);
    const onOpen = (sessionId: string) => {
      setOpen(open.filter((id) => id !== sessionId));
    };
    return createElement(SessionList, { sessions: useSessions('a'), open, onOpen });
  }
  const page = await render(
    createElement(MissionControlProvider, { client }, createElement(Opened)),
  );
  const unknown = () => page.textsOf('.unknown-session > span');
  expect(unknown()).toEqual([]);
  await perform(client.connect);
  expect(unknown()).toEqual([
    expect.stringMatching(/^The session expired in the address is not known/),
    expect.stringMatching(/^The session late in the address/),
  ]);
  expect(await page.violations()).toEqual([]);
  await perform(() => {
    client.emit(sessionEvent('a', 'late', 'm', 101));
  });
  expect(page.textsOf('.session-id')).toEqual(['late', 's']);
  expect(unknown()).toHaveLength(1);
  await page.press('Dismiss the session expired');
  expect(unknown()).toEqual([]);
});

it('shows twenty sessions at first, and any other one that is open', async () => {
  const client = createFakeMissionControl();
  client.emit(Array.from({ length: 25 }, (_, at) => sessionEvent('a', `s${at}`, 'm', 100 + at)));
  function Opened() {
    return createElement(SessionList, {
      ...{ sessions: useSessions('a'), open: ['s0'], onOpen: () => undefined },
    });
  }
  const page = await render(
    createElement(MissionControlProvider, { client }, createElement(Opened)),
  );
  expect(page.textsOf('.session-id').slice(-2)).toEqual(['s5', 's0']);
  await page.press('Show 4 of 4 more');
  expect(page.textsOf('.session-id')).toHaveLength(25);
});
