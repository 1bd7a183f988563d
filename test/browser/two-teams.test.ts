// Two teams with the dashboard of one stack: each pastes a token, and sees its own agents.
import type { Browser, Page } from 'playwright-core';
import { startLocalStack, type LocalStack } from '#local/index';
import { createPublisher, type Publisher } from '#sdk/publisher';
import { openBrowser, openPage } from '../support/browser/browser';
import { violationsInBothColours } from '../support/browser/violations';

let browser: Browser;
let stack: LocalStack;
let publisher: Publisher;
beforeAll(async () => {
  [browser, stack] = await Promise.all([
    openBrowser(),
    startLocalStack({ settings: { scopeClaim: 'agents' } }),
  ]);
  const { clientConfiguration } = stack;
  publisher = createPublisher({ clientConfiguration });
}, 120_000);
afterAll(async () => {
  await browser.close();
  await publisher.close();
  await stack.close();
});

const longTimeout = { timeout: 20_000 };
const state = (page: Page, text: string) =>
  page
    .getByRole('region', { name: 'Connection' })
    .getByText(text, { exact: true })
    .waitFor(longTimeout);
const agentsOf = (page: Page) => page.getByRole('region', { name: 'Agents' }).getByRole('listitem');
const shows = (page: Page, agentId: string) =>
  agentsOf(page).filter({ hasText: agentId }).waitFor(longTimeout);

/** A window whose user has pasted a token with this claim. */
async function openWith(claims: Record<string, unknown>): Promise<Page> {
  const { page } = await openPage(browser);
  await page.goto(stack.httpUrl);
  await page.getByLabel('Token').fill(await stack.mintToken({ claims }));
  await page.getByRole('button', { name: 'Connect' }).click();
  return page;
}

it('shows each team its own agents: those that have reported before, and those that report now', async () => {
  await publisher.broadcastAgentStatus('team-a/1', 'online');
  await publisher.broadcastAgentStatus('team-b/1', 'online');
  const windows = new Map([
    ['team-a', await openWith({ agents: 'team-a/*' })],
    ['team-b', await openWith({ agents: ['team-b/*'] })],
  ]);
  for (const page of windows.values()) await state(page, 'Connected');
  await publisher.broadcastAgentStatus('team-a/2', 'error');
  await publisher.broadcastAgentStatus('team-b/2', 'error');
  for (const [team, page] of windows) {
    await shows(page, `${team}/1`);
    await shows(page, `${team}/2`);
    await expect(agentsOf(page).count()).resolves.toBe(2);
  }
});

it('shows that a token without the claim is refused, without accessibility violations that axe detects', async () => {
  const page = await openWith({});
  await state(page, 'Unauthorized');
  await page.getByLabel('Token').waitFor();
  expect(await violationsInBothColours(page)).toEqual([]);
});

it('has no accessibility violations that axe detects before a token is pasted', async () => {
  const { page } = await openPage(browser);
  await page.goto(stack.httpUrl);
  await page.getByLabel('Token').waitFor();
  expect(await violationsInBothColours(page)).toEqual([]);
});
