// What the dashboard does in Chromium for a user who does not look at it, and what it keeps of the user's choices.
import { firstSnapshot } from '../support/browser/browser';
import { useDashboardInBrowser } from '../support/browser/dashboard-in-browser';
import { violationsIn } from '../support/browser/violations';
import { agentEvent, sessionEvent } from '../support/data/events';

const inBrowser = useDashboardInBrowser();

async function open() {
  const opened = await inBrowser.openPage();
  await opened.context.grantPermissions(['notifications'], {
    origin: new URL(inBrowser.service.pageUrl).origin,
  });
  // Headless Chromium shows no notifications, so they are recorded instead.
  await opened.page.addInitScript(() => {
    const titles: string[] = [];
    const { Notification } = globalThis;
    const Recorded = Object.assign(
      function (title: string) {
        titles.push(title);
      },
      {
        permission: Notification.permission,
        requestPermission: () => Notification.requestPermission(),
      },
    );
    Object.assign(globalThis, { titles, Notification: Recorded });
  });
  const synced = firstSnapshot(opened.page);
  await opened.page.goto(inBrowser.service.pageUrl);
  await synced;
  const { page } = opened;
  return {
    ...opened,
    icon: () => page.locator('link[rel=icon]').getAttribute('href'),
    /** Waits until there are as many notifications, and returns their titles. */
    notifications: async (count: number) => {
      await page.waitForFunction(
        (least) => (globalThis as unknown as { titles: string[] }).titles.length >= least,
        count,
      );
      return page.evaluate(() => (globalThis as unknown as { titles: string[] }).titles);
    },
  };
}

it('shows errors in title and icon, and notifies of live ones on request, without violating the Content-Security-Policy', async () => {
  const now = Date.now();
  await inBrowser.service.report(agentEvent('agent-old', 'error', now - 90_000_000));
  const { page, complaints, icon, notifications } = await open();
  await page.waitForFunction(() => document.title === '(1) Mission Control');
  await page.locator('.feed-event[data-restored=true]').getByText('restored').waitFor();
  await page.getByText('Settings', { exact: true }).click();
  await page.getByRole('switch', { name: 'Notify me of errors' }).click();
  expect(await notifications(1)).toEqual(['Mission Control']);
  await inBrowser.service.report(agentEvent('agent-1', 'error', now + 1));
  expect(await notifications(2)).toEqual(['Mission Control', 'agent-1 reports an error']);
  expect(await page.title()).toBe('(2) Mission Control');
  expect(decodeURIComponent((await icon()) ?? '')).toContain('>2</text>');
  // The browser has loaded the icon as an image: its policy allows data URLs.
  const isLoaded = await page.evaluate(
    async (src) => {
      const image = Object.assign(new Image(), { src });
      await image.decode();
      return image.naturalWidth > 0;
    },
    (await icon()) ?? '',
  );
  expect([isLoaded, complaints]).toEqual([true, []]);
});

it('keeps the switches of a user after a reload, and announces nothing while announcements are off', async () => {
  const { page } = await open();
  const announcements = page.getByRole('switch', { name: /^Announce errors/ });
  await page.getByText('Settings', { exact: true }).click();
  await announcements.uncheck();
  await page.reload();
  await page.getByText('Settings', { exact: true }).click();
  expect(await announcements.isChecked()).toBe(false);
  expect(await page.getByRole('switch', { name: 'Notify me of errors' }).isChecked()).toBe(false);
  await inBrowser.service.report(agentEvent('agent-1', 'error', Date.now()));
  await page.waitForFunction(() => document.title === '(1) Mission Control');
  expect((await page.getByRole('status').allTextContents()).join('')).toBe('');
});

it('closes the settings with Escape, which does not leave the page of an agent, and with a press outside', async () => {
  const { page } = await open();
  await page.goto(`${inBrowser.service.pageUrl}#/agents/agent-1`);
  const summary = page.getByText('Settings', { exact: true });
  const panel = page.locator('.settings-panel');
  await summary.click();
  await page.getByText('Connection details').click();
  await panel.waitFor();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'hidden' });
  expect(page.url()).toContain('#/agents/agent-1');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Settings');
  await summary.click();
  await panel.click({ position: { x: 2, y: 2 } });
  expect(await panel.isVisible()).toBe(true);
  await page.getByRole('heading', { name: 'agent-1' }).click();
  await panel.waitFor({ state: 'hidden' });
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => !location.hash.includes('agent-1'));
});

it.each([
  ['on a wide screen', { width: 1280, height: 800 }],
  ['on a phone', { width: 360, height: 640 }],
])(
  'has no accessibility violations with settings, details and table open, %s',
  async (_where, size) => {
    const now = Date.now();
    await inBrowser.service.report(agentEvent('agent-old', 'error', now - 90_000_000));
    const { page } = await open();
    await page.setViewportSize(size);
    await inBrowser.service.report(sessionEvent('agent-1', 's1', 'long '.repeat(50), now + 1));
    if (size.width < 500) await page.getByRole('button', { name: 'events' }).click();
    await page.locator('.feed-event').getByText('long long').waitFor();
    await page.getByText('As a table').click();
    await page.getByRole('table').waitFor();
    await page.getByText('Settings', { exact: true }).click();
    await page.getByText('Connection details').click();
    await page.getByText('Visible agents').waitFor();
    expect(await violationsIn(page)).toEqual([]);
  },
);
