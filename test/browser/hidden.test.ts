// A hidden tab keeps its title current, and shows the current state as soon as it is visible. Other pages leave after a while.
import path from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type * as SdkClient from '#sdk/client';
import { pauseClock } from '../support/browser/pause-clock';
import { useDashboardInBrowser } from '../support/browser/dashboard-in-browser';
import { agentEvent } from '../support/data/events';
import { eventually } from '../support/eventually';

const inBrowser = useDashboardInBrowser();

/**
 * Playwright keeps all pages visible, so this script simulates a hidden page: it changes the visibility state, and delays
 * animation frames.
 */
async function openHideablePage() {
  const { page, complaints } = await inBrowser.openPage();
  await page.clock.install();
  await page.addInitScript(() => {
    let isHidden = false;
    const waiting: FrameRequestCallback[] = [];
    const request = requestAnimationFrame;
    Object.defineProperties(document, {
      visibilityState: { get: () => (isHidden ? 'hidden' : 'visible') },
      hidden: { get: () => isHidden },
    });
    Object.assign(globalThis, {
      requestAnimationFrame: (due: FrameRequestCallback) =>
        isHidden ? waiting.push(due) : request(due),
      setHidden(hidden: boolean) {
        isHidden = hidden;
        if (!hidden) for (const due of waiting.splice(0)) request(due);
        document.dispatchEvent(new Event('visibilitychange'));
      },
    });
  });
  const hide = (hidden: boolean) =>
    page.evaluate((given) => {
      (globalThis as unknown as { setHidden: (hidden: boolean) => void }).setHidden(given);
    }, hidden);
  return { page, complaints, hide };
}

async function openHideableDashboard() {
  const opened = await openHideablePage();
  await opened.page.goto(inBrowser.service.pageUrl);
  await opened.page.getByText('No agent has reported yet').waitFor();
  return opened;
}

const agentsOn = (page: Page) => page.locator('.agent h3').allTextContents();

it('a hidden tab shows in its title how many agents fail, and all messages as soon as it is visible, over the same connection', async () => {
  const { page, complaints, hide } = await openHideableDashboard();
  await hide(true);
  // The page counts only events that are later than its opening.
  const opened = Date.now();
  for (let index = 1; index <= 500; index += 1) {
    await inBrowser.service.report(agentEvent(`agent-${index % 5}`, 'online', opened + index));
  }
  await inBrowser.service.report(agentEvent('agent-0', 'error', opened + 501));
  // The title is visible in the tab, and is set without animation frames.
  await eventually(async () => {
    expect(await page.title()).toMatch(/^\(1\) /);
  });
  await hide(false);
  await eventually(async () => {
    expect(await agentsOn(page)).toEqual(['agent-0', 'agent-1', 'agent-2', 'agent-3', 'agent-4']);
  });
  await page.getByText('501 events').waitFor();
  expect(inBrowser.service.tokens).toHaveLength(1);
  expect(complaints).toEqual([]);
});

it('a tab that was hidden for three hours without a connection reconnects and shows missed events when it is visible', async () => {
  const { page, complaints, hide } = await openHideableDashboard();
  await inBrowser.service.report(agentEvent('agent-1', 'online', 1));
  await page.getByText('agent-1').first().waitFor();
  await hide(true);
  // With a running clock it would reconnect soon, and not be disconnected for three hours.
  await pauseClock(page);
  inBrowser.service.dropAll();
  await eventually(() => {
    expect(inBrowser.service.connections()).toBe(0);
  });
  await inBrowser.service.report(agentEvent('agent-1', 'offline', 2));
  await inBrowser.service.report(agentEvent('agent-2', 'error', 2));
  await page.clock.fastForward('03:00:00');
  await page.clock.resume();
  await hide(false);
  await eventually(async () => {
    expect(await agentsOn(page)).toEqual(['agent-2', 'agent-1']);
  });
  await page.getByRole('region', { name: 'Connection' }).getByText('Connected').waitFor();
  await eventually(async () => {
    expect(await page.locator('.agent .status').allTextContents()).toEqual(['error', 'offline']);
    expect(inBrowser.service.connections()).toBe(1);
  });
  expect(complaints).toEqual([]);
});

it('a page that is hidden for more than five minutes closes its connection, and is connected again as soon as it is visible', async () => {
  // Not the dashboard, which stays connected because of its title and notifications.
  const { page, complaints, hide } = await openHideablePage();
  const agents = await openClient(page);
  await eventually(() => {
    expect(inBrowser.service.connections()).toBe(1);
  });
  // With a running clock, the five minutes could end while the test looks at the connections.
  await pauseClock(page);
  await hide(true);
  await page.clock.fastForward('04:59');
  expect(inBrowser.service.connections()).toBe(1);
  await page.clock.fastForward('00:02');
  await eventually(() => {
    expect(inBrowser.service.connections()).toBe(0);
  });
  await inBrowser.service.report(agentEvent('agent-1', 'error', 1));
  await page.clock.fastForward('10:00:00');
  expect(await agents()).toEqual([]);
  await page.clock.resume();
  await hide(false);
  await eventually(async () => {
    expect(await agents()).toEqual(['agent-1']);
  });
  expect(inBrowser.service.connections()).toBe(1);
  expect(complaints).toEqual([]);
});

/** Opens a page of the service with a client that has the default options. Returns a function that returns its agents. */
async function openClient(page: Page): Promise<() => Promise<string[]>> {
  const { outputFiles } = await build({
    entryPoints: [path.resolve(__dirname, '../../sdk/client/index.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'bundle',
    footer: { js: 'globalThis.missionControl = bundle;' },
  });
  // Any page without the dashboard.
  await page.goto(`${inBrowser.service.pageUrl}config.json`);
  await page.evaluate(outputFiles[0]?.text ?? '');
  await page.evaluate(() => {
    const { missionControl } = globalThis as unknown as { missionControl: typeof SdkClient };
    const client = missionControl.createMissionControl({
      url: location.origin.replace('http', 'ws'),
      getToken: () => 'any.token.will-do',
    });
    Object.assign(globalThis, { client });
  });
  return () =>
    page.evaluate(() => {
      const { client } = globalThis as unknown as { client: SdkClient.MissionControl };
      return [...client.agents.keys()];
    });
}
