// A tab that nobody has looked at for hours: it draws nothing, and is true as soon as somebody looks.
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage } from '../support/browser/browser';
import { agentEvent } from '../support/data/events';
import { eventually } from '../support/eventually';
import { openQuickService, type QuickService } from '../support/browser/quick-service';

let browser: Browser;
let service: QuickService;
beforeAll(async () => {
  browser = await openBrowser();
}, 60_000);
beforeEach(async () => {
  service = await openQuickService();
});
afterEach(() => service.close());
afterAll(() => browser.close());

/** Playwright keeps all pages visible, so this page is told, as browsers do it: no messages while it is hidden. */
async function openHideablePage() {
  const { page, complaints } = await openPage(browser);
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
  await page.goto(service.pageUrl);
  await page.getByText('No agent has reported yet').waitFor();
  const hide = (hidden: boolean) =>
    page.evaluate((given) => {
      (globalThis as unknown as { setHidden: (hidden: boolean) => void }).setHidden(given);
    }, hidden);
  return { page, complaints, hide };
}

const agentsOn = (page: Page) => page.locator('.agent h3').allTextContents();

it('messages that came meanwhile are there at once, by the same connection', async () => {
  const { page, complaints, hide } = await openHideablePage();
  await hide(true);
  // Only events from after the page was opened are counted.
  const opened = Date.now();
  for (let index = 1; index <= 500; index += 1) {
    await service.report(agentEvent(`agent-${index % 5}`, 'online', opened + index));
  }
  await service.report(agentEvent('agent-0', 'error', opened + 501));
  // The page has heard all of it, and has drawn nothing.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
  expect(await agentsOn(page)).toEqual([]);
  await hide(false);
  await eventually(async () => {
    expect(await agentsOn(page)).toEqual(['agent-0', 'agent-1', 'agent-2', 'agent-3', 'agent-4']);
  });
  await page.getByText('501 events').waitFor();
  expect(service.tokens).toHaveLength(1);
  expect(complaints).toEqual([]);
});

it('three hours later, with the connection gone, it comes back and shows what it missed', async () => {
  const { page, complaints, hide } = await openHideablePage();
  await service.report(agentEvent('agent-1', 'online', 1));
  await page.getByText('agent-1').first().waitFor();
  await hide(true);
  // It would try again at once now and then, and not be gone for three hours.
  await page.clock.pauseAt(Date.now() + 1_000);
  service.dropAll();
  await eventually(() => {
    expect(service.connections()).toBe(0);
  });
  await service.report(agentEvent('agent-1', 'offline', 2));
  await service.report(agentEvent('agent-2', 'error', 2));
  await page.clock.fastForward('03:00:00');
  await page.clock.resume();
  await hide(false);
  await eventually(async () => {
    expect(await agentsOn(page)).toEqual(['agent-2', 'agent-1']);
  });
  await page.getByRole('region', { name: 'Connection' }).getByText('Connected').waitFor();
  await eventually(async () => {
    expect(await page.locator('.agent .status').allTextContents()).toEqual(['error', 'offline']);
    expect(service.connections()).toBe(1);
  });
  expect(complaints).toEqual([]);
});
