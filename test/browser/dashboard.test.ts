// The dashboard in Chromium, against the local stack.
import type { Browser, Page } from 'playwright-core';
import { startLocalStack, type LocalStack, type LocalStackOptions } from '#local/index';
import { createPublisher, type Publisher } from '#sdk/publisher';
import { firstSnapshot, openBrowser, openPage } from '../support/browser/browser';
import { pauseClock } from '../support/browser/pause-clock';
import { eventually } from '../support/eventually';
import { violationsIn, violationsInBothColours } from '../support/browser/violations';

const start = async (options: LocalStackOptions = {}) => {
  const started = await startLocalStack({ ...options, settings: { handshakeBurst: 1_000 } });
  const { clientConfiguration } = started;
  return { stack: started, publisher: createPublisher({ clientConfiguration }) };
};

let browser: Browser;
let stack: LocalStack;
let publisher: Publisher;
beforeAll(async () => {
  [browser, { stack, publisher }] = await Promise.all([openBrowser(), start()]);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await publisher.close();
  await stack.close();
});

const longTimeout = { timeout: 20_000 };
const connection = (page: Page) => page.getByRole('region', { name: 'Connection' });
const row = (page: Page, agentId: string) =>
  page.getByRole('region', { name: 'Agents' }).getByRole('listitem').filter({ hasText: agentId });
const shows = (page: Page, agentId: string, text: string) =>
  row(page, agentId).getByText(text).first().waitFor(longTimeout);
const isIn = (page: Page, state: string) =>
  connection(page).getByText(state, { exact: true }).waitFor(longTimeout);

async function open() {
  const opened = await openPage(browser);
  const synced = firstSnapshot(opened.page);
  await opened.page.goto(stack.httpUrl);
  await Promise.all([synced, isIn(opened.page, 'Connected')]);
  return opened;
}

it('shows the command that emits an event while there are no agents, and shows events when they arrive', async () => {
  const { page, complaints } = await open();
  await page.getByText('No agent has reported yet').waitFor();
  await page.getByText(/^npm run emit -- --aws-port \d+ agent:status agent-123 online$/).waitFor();
  await publisher.broadcastAgentStatus('agent-123', 'online');
  await shows(page, 'agent-123', 'online');
  await publisher.broadcastSessionActivity('agent-123', 'session-456', 'User said: Hello');
  await shows(page, 'agent-123', 'User said: Hello');
  await publisher.broadcastAgentStatus('agent-123', 'error');
  await shows(page, 'agent-123', 'error');
  const feed = page.getByRole('region', { name: 'Events' }).getByRole('listitem');
  expect((await feed.allTextContents()).map((text) => text.replace(/^[\d:]+/, '').trim())).toEqual([
    'agent-123 error',
    'agent-123 session-456 User said: Hello',
    'agent-123 online',
  ]);
  // Keyboard order: first the filter, then the statuses.
  await page.keyboard.press('/');
  await page.keyboard.type('nobody');
  await page.getByText('No agent matches the filter.').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('0 error');
  expect(complaints).toEqual([]);
});

it('moves the focus to the heading of an agent that is opened, with an outline only if a key opened it', async () => {
  const { page } = await open();
  await publisher.broadcastAgentStatus('agent-focus', 'online');
  await shows(page, 'agent-focus', 'online');
  const link = row(page, 'agent-focus').getByRole('link').first();
  const heading = page.getByRole('heading', { name: 'agent-focus', level: 2 });
  const outline = async () => {
    await heading.and(page.locator(':focus')).waitFor(longTimeout);
    return heading.evaluate((element) => getComputedStyle(element).outlineStyle);
  };
  await link.click();
  expect(await outline()).toBe('none');
  await page.goBack();
  await link.press('Enter');
  expect(await outline()).toBe('solid');
  // The row is outlined then. Chromium keeps that for what gets the focus next, also after a click.
  await page.keyboard.press('Escape');
  await link.and(page.locator(':focus')).waitFor(longTimeout);
  await link.click();
  expect(await outline()).toBe('none');
});

it('has accessible names and roles', async () => {
  const { page } = await open();
  await publisher.broadcastAgentStatus('agent-aria', 'error');
  await publisher.broadcastSessionActivity('agent-aria', 'session-1', 'Reads the task');
  await shows(page, 'agent-aria', 'Reads the task');
  await page.getByRole('contentinfo').waitFor();
  const snapshot = await page.locator('body').ariaSnapshot();
  for (const line of [
    '- banner:',
    '- heading "Mission Control" [level=1]',
    '- region "Connection":',
    '- strong: Connected',
    '- main:',
    '- search:',
    '- searchbox "Filter agents and events"',
    '- group "Show one status only":',
    '- region "Agents',
    '- heading "agent-aria" [level=3]',
    '- region "Events":',
    '- button "Pause"',
    '- contentinfo:',
  ]) {
    expect(snapshot).toContain(line);
  }
  // A live region announces the agent that failed.
  await page
    .getByRole('status')
    .getByText(/agent-aria.* an error\./)
    .waitFor(longTimeout);
});

it.each([
  ['on a wide screen, with short messages', { width: 1280, height: 800 }, 1],
  ['on a phone, with long messages', { width: 360, height: 640 }, 20],
])('has no accessibility violations that axe detects %s', async (_where, size, length) => {
  const { page } = await open();
  await page.setViewportSize(size);
  const text = 'Reads the task. '.repeat(length);
  for (let index = 0; index < 40; index += 1) {
    void publisher.broadcastSessionActivity('agent-axe', `session-${index}`, `${index} ${text}`);
  }
  await shows(page, 'agent-axe', '39 Reads');
  expect(await violationsIn(page)).toEqual([]);
});

it('expands and collapses a long message by touch and by keyboard', async () => {
  const context = await browser.newContext({
    hasTouch: true,
    viewport: { width: 360, height: 640 },
  });
  const page = await context.newPage();
  await page.goto(stack.httpUrl);
  await isIn(page, 'Connected');
  await publisher.broadcastSessionActivity('agent-long', 's1', `${'long '.repeat(40)}end`);
  await page.getByRole('button', { name: 'events', exact: true }).tap();
  const event = page.getByRole('region', { name: 'Events' }).getByRole('listitem').first();
  const message = event.getByRole('button', { name: /end$/ });
  const height = async () => (await message.boundingBox())?.height ?? 0;
  const cut = await height();
  await message.tap();
  await event.locator('[aria-expanded=true]').waitFor(longTimeout);
  expect(await height()).toBeGreaterThan(cut * 1.5);
  await message.focus();
  await page.keyboard.press('Enter');
  await event.locator('[aria-expanded=false]').waitFor(longTimeout);
  expect(await height()).toBe(cut);
  await context.close();
});

it('escapes bidirectional controls and truncates combining characters in the text of agents', async () => {
  const { page } = await open();
  await publisher.broadcastAgentStatus('a\u202Egnp.exe', 'error');
  await shows(page, 'gnp.exe', 'U+202E');
  await publisher.broadcastSessionActivity('zalgo', 's1', `z${'\u0301\u0327'.repeat(200)}algo`);
  await shows(page, 'zalgo', '+396');
});

it('shows that it is offline, and shows missed events when it is online again', async () => {
  const { page, context } = await open();
  await context.setOffline(true);
  await isIn(page, 'Offline');
  await publisher.broadcastAgentStatus('agent-offline', 'error');
  await context.setOffline(false);
  await isIn(page, 'Connected');
  await shows(page, 'agent-offline', 'error');
});

it('does not retry at once with a refused token, and connects with a valid one', async () => {
  const { page } = await openPage(browser);
  let expiresInSeconds = -60;
  let asked = 0;
  await page.route('**/token', async (route) => {
    asked += 1;
    await route.fulfill({ body: await stack.mintToken({ expiresInSeconds }) });
  });
  await page.goto(stack.httpUrl);
  await isIn(page, 'Unauthorized');
  await connection(page)
    .getByText(
      /^The token has expired\. Get a new token: sign in again, or reload the page\. Next attempt in \d+ s\.$/,
    )
    .waitFor();
  expect(asked).toBe(1);
  expiresInSeconds = 3600;
  await connection(page).getByRole('button', { name: 'Try now' }).click();
  await isIn(page, 'Connected');
});

it('waits while the stack is down, and connects and shows missed events when it is up again', async () => {
  const { page, complaints } = await openPage(browser);
  await page.clock.install();
  await page.goto(stack.httpUrl);
  await isIn(page, 'Connected');
  await publisher.broadcastAgentStatus('agent-before', 'online');
  await shows(page, 'agent-before', 'online');
  const ports = [stack.httpUrl, stack.awsEndpointUrl].map((url) => Number(new URL(url).port));
  await publisher.close();
  await stack.close();
  await connection(page)
    .getByText(/Next attempt in \d+ s\./)
    .waitFor(longTimeout);
  await isIn(page, 'Waiting');
  await connection(page)
    .getByText(/^Shown as of /)
    .waitFor();
  expect(await violationsInBothColours(page)).toEqual([]);
  // The page's clock is paused, so that it does not reconnect before there are new events.
  await pauseClock(page);
  const [port = 0, awsPort = 0] = ports;
  // A socket of another process may have one of the ports for a moment.
  await eventually(async () => {
    ({ stack, publisher } = await start({ port, awsPort }));
  });
  await publisher.broadcastAgentStatus('agent-before', 'offline');
  await publisher.broadcastAgentStatus('agent-after', 'error');
  await page.clock.resume();
  await page.clock.fastForward(60_000);
  await isIn(page, 'Connected');
  await shows(page, 'agent-after', 'error');
  await shows(page, 'agent-before', 'offline');
  expect(complaints).toEqual([]);
}, 180_000);
