// The views of the dashboard of which there are screenshots.
import type { Page } from 'playwright-core';
import { shownAgent } from './story';

/** A view, which has one screenshot for each of its looks. */
export interface View {
  /** What its files are named after. */
  readonly name: string;
  /** The fragment of its address. */
  readonly fragment: string;
  readonly looks: readonly Look[];
  /** What is there when it is complete. */
  readonly shows: string;
  /** What is done before the screenshot is taken. */
  readonly prepare?: (page: Page) => Promise<unknown>;
  /** Undoes it. */
  readonly leave?: (page: Page) => Promise<unknown>;
}

export type Look = 'light' | 'dark' | 'phone';

export const wide = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };

const { agentId, sessionId } = shownAgent;
const allLooks = ['light', 'dark', 'phone'] as const;
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

export const views: readonly View[] = [
  { name: 'list', fragment: '#/', looks: allLooks, shows: '.row' },
  {
    name: 'groups',
    fragment: '#/?by=group',
    looks: ['light'],
    shows: '.group-heading',
    prepare: (page) => press(page, 'Dense'),
    leave: (page) => press(page, 'Dense'),
  },
  {
    name: 'agent',
    fragment: `#/agents/${encodeURIComponent(agentId)}?session=${sessionId}`,
    looks: allLooks,
    shows: '.timeline li',
  },
  { name: 'events', fragment: '#/events?q=build', looks: allLooks, shows: '.feed-event' },
  {
    name: 'settings',
    fragment: '#/',
    looks: ['light'],
    shows: '.row',
    prepare: async (page) => {
      await page.getByText('Settings', { exact: true }).click();
      await page.getByText('Connection details').click();
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
];
