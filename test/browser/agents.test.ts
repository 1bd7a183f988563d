// The list of agents and the page of one in Chromium: thousands of agents, the keyboard, addresses, and axe in every view.
import type { Page } from 'playwright-core';
import { useDashboardInBrowser } from '../support/browser/dashboard-in-browser';
import { violationsIn } from '../support/browser/violations';
import { agentEvent, sessionEvent } from '../support/data/events';
import { eventually } from '../support/eventually';

const inBrowser = useDashboardInBrowser();

/** Agents of two teams, every fifth with an error, and each with a session. */
async function reportAgents(count: number): Promise<void> {
  const begin = Date.now() - 60_000;
  for (let index = 0; index < count; index += 1) {
    const agentId = `team-${index % 2}/agent-${index}`;
    const status = index % 5 === 0 ? 'error' : 'online';
    await inBrowser.service.report(agentEvent(agentId, status, begin + index));
    await inBrowser.service.report(sessionEvent(agentId, 's1', `Message ${index}`, begin + index));
  }
}

async function open(fragment = '') {
  const opened = await inBrowser.openPage();
  const show = async () => {
    await opened.page
      .getByRole('region', { name: 'Connection' })
      .getByText('Connected', { exact: true })
      .waitFor();
  };
  await opened.page.goto(`${inBrowser.service.pageUrl}${fragment}`);
  await show();
  return { ...opened, show };
}

const countOfElements = (page: Page) => page.evaluate(() => document.querySelectorAll('*').length);
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    return (element?.querySelector('h3') ?? element)?.textContent;
  });
const names = (page: Page) => page.locator('.agent h3').allTextContents();
const firstNames = async (page: Page) => (await names(page)).slice(0, 3);

it('makes at most 3,000 elements of 5,000 agents, and shows the last one after the key End', async () => {
  await reportAgents(5_000);
  const { page, complaints } = await open('#/?sort=name');
  await page.getByRole('heading', { name: 'Agents 5,000' }).waitFor();
  await page.locator('.row').first().focus();
  expect(await countOfElements(page)).toBeLessThan(3_000);
  await page.keyboard.press('End');
  await eventually(async () => {
    expect(await focused(page)).toBe('team-1/agent-4999');
  });
  await page.locator('.row').getByText('Message 4999').waitFor();
  expect(await countOfElements(page)).toBeLessThan(3_000);
  expect(complaints).toEqual([]);
}, 90_000);

it('can be used with the keyboard alone: skip links, filter, list, page of an agent, and back', async () => {
  await reportAgents(40);
  const { page, context } = await open();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator('.row').getByText('Message 35').waitFor();
  const press = (key: string) => page.keyboard.press(key);

  // The skip links are first, and move the focus past the filter.
  await press('Tab');
  expect(await focused(page)).toBe('Skip to agents');
  await press('Enter');
  expect(await focused(page)).toBe('Agents 40');
  // The list is one tab stop.
  await press('Tab');
  expect(await focused(page)).toBe('team-0/agent-0');
  await press('ArrowDown');
  expect(await focused(page)).toBe('team-0/agent-10');
  await press('c');
  await page.getByText('Copied').waitFor();
  await eventually(async () => {
    expect(
      await page
        .locator('[data-outcome=copied]')
        .evaluate((button) => getComputedStyle(button).opacity),
    ).toBe('1');
  });
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('team-0/agent-10');
  await press('PageDown');
  await press('PageUp');
  expect(await focused(page)).toBe('team-0/agent-10');

  // The page of an agent, and back to the row.
  await press('Enter');
  await eventually(async () => {
    expect(await focused(page)).toBe('team-0/agent-10');
  });
  expect(page.url()).toBe(`${inBrowser.service.pageUrl}#/agents/team-0%2Fagent-10`);
  await press('Tab');
  expect(await focused(page)).toBe('Copy id of team-0/agent-10');
  await press('Escape');
  await page.getByRole('search').waitFor();
  await eventually(async () => {
    expect(await focused(page)).toBe('team-0/agent-10');
  });

  // The filter, and the list below it.
  await press('/');
  await page.keyboard.type('team-1');
  await page.getByRole('heading', { name: 'Agents 20 of 40' }).waitFor();
  await press('Tab');
  expect(await focused(page)).toBe('4 error');
  await press('Enter');
  await page.getByRole('heading', { name: 'Agents 4 of 40' }).waitFor();
  // All of the page is a few tab stops.
  const stops = new Set<string | undefined | null>();
  for (let count = 0; count < 40; count += 1) {
    await press('Tab');
    stops.add(await focused(page));
  }
  expect(stops.size).toBeLessThan(25);
  expect(stops).toContain('team-1/agent-5');
});

it('shows the same after reload, back, forward, and in another tab with the same address', async () => {
  await reportAgents(40);
  const { page, context, show } = await open();
  await page.getByRole('button', { name: '8 error' }).click();
  await page.getByLabel('Sort').selectOption('Name');
  await page.getByRole('searchbox').fill('team-1');
  const shown = ['team-1/agent-5', 'team-1/agent-15', 'team-1/agent-25'];
  await eventually(async () => {
    expect(await firstNames(page)).toEqual(shown);
    expect(page.url()).toBe(`${inBrowser.service.pageUrl}#/?q=team-1&status=error&sort=name`);
  });
  await page.reload();
  await show();
  await eventually(async () => {
    expect(await firstNames(page)).toEqual(shown);
  });
  await page.getByRole('heading', { name: 'team-1/agent-15' }).click();
  await page.getByRole('heading', { name: 'team-1/agent-15', level: 2 }).waitFor();
  await page.getByText('Message 15').waitFor();
  const address = page.url();
  await page.goBack();
  await eventually(async () => {
    expect(await firstNames(page)).toEqual(shown);
  });
  expect(await page.getByRole('searchbox').inputValue()).toBe('team-1');
  await page.goForward();
  await page.getByRole('heading', { name: 'team-1/agent-15', level: 2 }).waitFor();
  const other = await context.newPage();
  await other.goto(address);
  await other.getByText('Message 15').waitFor();
  await other.getByRole('link', { name: '← Agents' }).click();
  await eventually(async () => {
    expect(await firstNames(other)).toEqual(shown);
  });
});

it('shows the list where it was after the page of an agent', async () => {
  await reportAgents(200);
  const { page } = await open('#/?sort=name');
  await page.locator('.row').getByText('Message 2', { exact: true }).waitFor();
  const offset = () => page.locator('.agent-scroll').evaluate((list) => list.scrollTop);
  await page.locator('.agent-scroll').evaluate((list) => {
    list.scrollTop = 3_000;
  });
  const row = page.getByRole('heading', { name: 'team-0/agent-104', exact: true });
  await row.click();
  await page.getByRole('heading', { name: 'team-0/agent-104', level: 2 }).waitFor();
  await page.goBack();
  await row.waitFor();
  expect(await offset()).toBe(3_000);
  await page.reload();
  await eventually(async () => {
    expect(await offset()).toBe(3_000);
  });
  expect(await focused(page)).not.toBe('team-0/agent-104');
});

it('goes from the page of an agent that was opened in the feed to the row of this agent', async () => {
  await reportAgents(200);
  const { page } = await open('#/?sort=name');
  await page.locator('.feed-agent', { hasText: 'agent-198' }).first().click();
  await page.getByRole('heading', { name: 'team-0/agent-198', level: 2 }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.row').getByText('Message 198').waitFor();
  expect(await focused(page)).toBe('team-0/agent-198');
  const row = page.locator('.row:focus');
  const list = await page.locator('.agent-scroll').boundingBox();
  const box = await row.boundingBox();
  expect(box && list && box.y >= list.y && box.y + box.height <= list.y + list.height).toBe(true);
});

it('moves the focus to the next row when the agent that has it leaves the filter', async () => {
  await reportAgents(40);
  const { page } = await open('#/?status=error');
  await page.getByRole('heading', { name: 'Agents 8 of 40' }).waitFor();
  await page.locator('.row').nth(2).focus();
  const [, , third = '', fourth] = await names(page);
  expect(await focused(page)).toBe(third);
  await inBrowser.service.report(agentEvent(third, 'online', Date.now()));
  await page.getByRole('heading', { name: 'Agents 7 of 40' }).waitFor();
  await eventually(async () => {
    expect(await focused(page)).toBe(fourth);
  });
  await page.keyboard.press('ArrowDown');
  expect(await focused(page)).toBe((await names(page))[3]);
});

it('keeps the focus on its row when agents before it change their order', async () => {
  await reportAgents(40);
  const { page } = await open();
  await page.locator('.row').nth(3).focus();
  const name = await focused(page);
  for (const agent of ['team-1/agent-1', 'team-1/agent-3']) {
    await inBrowser.service.report(agentEvent(agent, 'error', Date.now()));
  }
  await page.getByRole('button', { name: '10 error' }).waitFor();
  expect(await focused(page)).toBe(name);
  await page.keyboard.press('ArrowUp');
  expect(await focused(page)).not.toBe(name);
});

const views: [view: string, fragment: string, part: string][] = [
  ['list', '', '.row'],
  ['list in groups', '#/?by=group', '.group-heading'],
  ['list without agents', '#/?q=nobody', '.agents .nothing'],
  ['page of an agent', '#/agents/team-0%2Fagent-0', '.period'],
  ['page of an unknown agent', '#/agents/nobody', '.agent-page .nothing'],
  ['events', '#/events', '.feed-event'],
];
const phone = { width: 390, height: 844 };
const wide = { width: 1280, height: 800 };

it.each(['light', 'dark'] as const)(
  'has no accessibility violations that axe detects in any view: %s',
  async (colorScheme) => {
    const { page } = await open();
    await page.emulateMedia({ colorScheme });
    await page.getByText('No agent has reported yet').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await inBrowser.service.report(agentEvent('solo', 'offline', 1));
    await reportAgents(40);
    for (const size of [wide, phone]) {
      await page.setViewportSize(size);
      for (const [view, fragment, part] of views) {
        await page.goto(`${inBrowser.service.pageUrl}${fragment}`);
        await page.locator(part).first().waitFor();
        expect([view, size, await violationsIn(page)]).toEqual([view, size, []]);
      }
    }
    await page.goto(inBrowser.service.pageUrl);
    await page.getByText('Settings').click();
    await page.getByText('Connection details').click();
    expect(await violationsIn(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'By group' }).click();
    await page.getByRole('button', { name: 'Dense' }).click();
    await page.locator('[data-dense=true] .group-heading').first().waitFor();
    expect(await violationsIn(page)).toEqual([]);
  },
  120_000,
);
