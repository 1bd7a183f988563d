// Renders components of the dashboard in jsdom, with a client without a server and a fake clock, and checks them with axe.
import { JSDOM } from 'jsdom';
import { act, createElement, StrictMode, type ReactNode } from 'react';
import type { Root } from 'react-dom/client';
import type * as ReactDomClient from 'react-dom/client';
import type Axe from 'axe-core';
import { ClockContext, createClock } from '#dashboard/page/components/parts/clock';
import { createFakeMissionControl } from '#sdk/client/testing/index';
import { FakeTime, settle } from '../client/client-harness';
import { timersOf } from '../client/timers';

let client: typeof ReactDomClient;
let axe: typeof Axe;
let root: Root | undefined;

/** Makes the globals of a page, for all tests of a file. */
export function inPage(): void {
  beforeAll(async () => {
    const { window } = new JSDOM('<link rel="icon" href="data:," />', { url: 'http://localhost/' });
    const { document, navigator, Node, HTMLInputElement, Event, KeyboardEvent } = window;
    const page = { window, document, navigator, Node, HTMLInputElement, Event, KeyboardEvent };
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true, ...page });
    // Imported only now, because both look for the document when they are imported.
    client = await import('react-dom/client');
    axe = (await import('axe-core')).default;
  });
  afterEach(() => {
    act(() => {
      root?.unmount();
    });
    document.body.replaceChildren();
  });
  afterAll(() => {
    window.close();
  });
}

/** Runs something that changes what is shown. */
export const perform = (what: () => unknown) =>
  act(async () => {
    await what();
    await settle();
  });

/** The client and the time that components are given. */
export function createParts() {
  const time = new FakeTime();
  return { time, timers: timersOf(time), client: createFakeMissionControl({ now: time.now }) };
}

export async function render(node: ReactNode, { time } = createParts()) {
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
  const container = document.createElement('main');
  document.body.append(container);
  root = client.createRoot(container);
  const show = (next: ReactNode) =>
    perform(() => {
      root?.render(
        createElement(StrictMode, null, createElement(ClockContext, { value: clock }, next)),
      );
    });
  await show(node);
  const all = (selector: string) => [...container.querySelectorAll<HTMLElement>(selector)];
  const textsOf = (selector: string) => all(selector).map(({ textContent }) => textContent);
  return {
    container,
    show,
    all,
    textsOf,
    text: () => container.textContent,
    /** Advances the time, and runs the ticks of the clock of the page. */
    tick: (milliseconds: number) =>
      perform(async () => {
        await time.pass(milliseconds);
        for (const tick of ticks) tick();
      }),
    press: (name: string) =>
      perform(() => {
        const found = all('button, label').find((each) => each.textContent.startsWith(name));
        if (found === undefined) throw new Error(`There is no button ${name}.`);
        (found.querySelector('input') ?? found).click();
      }),
    /** Returns the rules of axe that what is rendered violates. jsdom has no layout, so those about colours are left out. */
    violations: async () => {
      const { violations } = await axe.run(container, {
        rules: { 'color-contrast': { enabled: false } },
      });
      return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    },
  };
}
