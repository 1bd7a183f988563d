// Every control of the dashboard in Chromium, reached with Tab and used with keys alone.
import type { Page } from 'playwright-core';
import { useDashboardInBrowser } from '../support/browser/dashboard-in-browser';
import { agentEvent, sessionEvent } from '../support/data/events';
import { eventually } from '../support/eventually';

const inBrowser = useDashboardInBrowser();

/** More than the page has tab stops. */
const mostStops = 60;

/** What the element with the focus is named after: its label, or its text. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return '';
    return (element.closest('label') ?? element).textContent.trim();
  });

/** Presses Tab until an element whose name begins with a text has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  const passed: string[] = [];
  do {
    await page.keyboard.press('Tab');
    passed.push(await focused(page));
  } while (!passed.at(-1)?.startsWith(name) && passed.length < mostStops);
  expect(passed.at(-1)?.startsWith(name) ? name : passed).toBe(name);
}

async function reportAgents(): Promise<void> {
  const begin = Date.now() - 60_000;
  for (let index = 0; index < 10; index += 1) {
    const status = index < 2 ? 'error' : 'online';
    await inBrowser.service.report(agentEvent(`team-${index % 2}/${index}`, status, begin));
  }
  for (let index = 0; index < 30; index += 1) {
    const sessionId = index < 8 ? 'long' : `s-${index}`;
    await inBrowser.service.report(
      sessionEvent('team-0/0', sessionId, `Message ${index}`, begin + index),
    );
  }
}

it('can be used with the keyboard alone, from the form for a token to the timeline of a session', async () => {
  await reportAgents();
  const { page, context, complaints } = await inBrowser.openPage();
  await context.grantPermissions(['notifications']);
  await page.route('**/config.json', (route) =>
    route.fulfill({ json: { token: { kind: 'paste' } } }),
  );
  await page.goto(inBrowser.service.pageUrl);
  await page.getByLabel('Token').waitFor();
  const { keyboard } = page;
  const pressOn = async (name: string, key = 'Enter') => {
    await tabTo(page, name);
    await keyboard.press(key);
  };
  const shows = (text: string) => page.getByText(text, { exact: true }).first().waitFor();
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
  const addressIs = (fragment: string) =>
    page.waitForFunction((expected) => location.hash === expected, fragment);

  await tabTo(page, 'Token');
  await keyboard.type('any.token.will-do');
  await pressOn('Connect');
  await heading('Agents 10');

  // Statuses, group, order and arrangement.
  await pressOn('2 error', 'Space');
  await heading('Agents 2 of 10');
  await keyboard.press('Space');
  await heading('Agents 10');
  await tabTo(page, 'Group');
  await keyboard.type('team-1');
  await heading('Agents 5 of 10');
  await keyboard.press('Home');
  await heading('Agents 10');
  await tabTo(page, 'Sort');
  await keyboard.type('Name');
  await addressIs('#/?sort=name');
  await pressOn('By group');
  await addressIs('#/?sort=name&by=group');
  await pressOn('Dense', 'Space');
  await page.locator('[data-dense=true]').waitFor();
  await pressOn('team-0/');
  await heading('Agents 5 of 10');
  await keyboard.press('/');
  await keyboard.type('nobody');
  await pressOn('Show all');
  await heading('Agents 10');

  // The charts and the events.
  await pressOn('As a table');
  await page.getByRole('table').waitFor();
  await keyboard.press('Enter');
  await page.getByRole('table').waitFor({ state: 'detached' });
  await pressOn('Pause');
  await inBrowser.service.report(agentEvent('team-0/4', 'offline', Date.now()));
  await page.getByRole('button', { name: 'Show 1 new' }).waitFor();
  await keyboard.press('Enter');
  await page.locator('.feed-event').getByText('offline').waitFor();

  // The settings.
  await pressOn('Settings');
  const isOn = (name: string) => page.getByRole('switch', { name }).isChecked();
  await pressOn('Notify me', 'Space');
  await eventually(async () => {
    expect(await isOn('Notify me')).toBe(true);
  });
  await pressOn('Announce', 'Space');
  expect(await isOn('Announce')).toBe(false);
  await pressOn('Connection details');
  await shows('Visible agents');
  await keyboard.press('Escape');
  await page.locator('.settings-panel').waitFor({ state: 'hidden' });
  expect(await focused(page)).toMatch(/^Settings/);

  // The page of an agent: its sessions, a timeline, and back.
  await tabTo(page, 'team-0/');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await heading('team-0/0');
  await pressOn('Show 3 of 3 more');
  await heading('Sessions 23');
  await pressOn('Show earlier messages of long');
  await page.locator('.timeline').getByText('Message 6', { exact: true }).waitFor();
  await page.waitForFunction(() => location.hash.includes('session=long'));
  await keyboard.press('Enter');
  await page.locator('.timeline').waitFor({ state: 'detached' });
  await pressOn('← Agents');
  await heading('Agents 10');

  // Agents or events on a phone.
  await page.setViewportSize({ width: 390, height: 844 });
  await pressOn('events');
  await page.getByRole('heading', { name: 'Events' }).waitFor();
  await page.getByRole('heading', { name: /^Agents/ }).waitFor({ state: 'hidden' });
  await pressOn('agents');
  await heading('Agents 10');
  expect(complaints).toEqual([]);
}, 60_000);
