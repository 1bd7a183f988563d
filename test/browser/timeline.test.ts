// The timeline of a session in Chromium: after a reload, page by page, with live messages, and for axe.
import { useDashboardInBrowser } from '../support/browser/dashboard-in-browser';
import { violationsIn, violationsInBothColours } from '../support/browser/violations';
import { sessionEvent } from '../support/data/events';
import { eventually } from '../support/eventually';

const inBrowser = useDashboardInBrowser();

it('shows the same timeline after a reload, older messages on demand, and live ones without duplicates', async () => {
  const begin = Date.now() - 3_600_000;
  const report = (at: number) =>
    inBrowser.service.report(sessionEvent('team/1', 's/1', `Message ${at}`, begin + at * 10_000));
  for (let at = 0; at < 130; at += 1) await report(at);
  const { page, complaints } = await inBrowser.openPage();
  await page.goto(`${inBrowser.service.pageUrl}#/agents/team%2F1`);
  const messages = () => page.locator('.timeline li p').allTextContents();
  const expected = (newest: number, count: number) =>
    Array.from({ length: count }, (_, index) => `Message ${newest - index}`);
  const shows = (newest: number, count: number) =>
    eventually(async () => {
      expect(await messages()).toEqual(expected(newest, count));
    });

  await page.getByRole('button', { name: 'Show earlier messages of s/1' }).press('Enter');
  await shows(128, 24);
  await eventually(() => {
    expect(page.url()).toBe(`${inBrowser.service.pageUrl}#/agents/team%2F1?session=s%2F1`);
  });
  await page.reload();
  await shows(128, 24);
  await page.getByRole('button', { name: 'Older messages' }).press('Enter');
  await shows(128, 49);

  await report(130);
  await shows(129, 50);
  for (let count = 75; count < 130; count += 25) {
    await page.getByRole('button', { name: 'Older messages' }).press('Enter');
    await shows(129, count);
  }
  await page.getByRole('button', { name: 'Older messages' }).press('Enter');
  await shows(129, 130);
  await page.getByText('The service has no messages before these.').waitFor();
  // The button with the focus is gone, and the next Tab begins there.
  expect(await page.evaluate(() => document.activeElement?.className)).toBe('timeline-status');

  // What was reported while the page was not connected.
  const { timestamp = 0 } = [...inBrowser.service.registers.maps.sessions.values()][0] ?? {};
  inBrowser.service.dropAll();
  for (const at of [1, 2])
    await inBrowser.service.report(sessionEvent('team/1', 's/1', `Later ${at}`, timestamp + at));
  await eventually(async () => {
    expect((await messages()).slice(0, 2)).toEqual(['Later 1', 'Message 130']);
    expect(await messages()).toHaveLength(132);
  });
  expect(await violationsInBothColours(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await violationsIn(page)).toEqual([]);
  expect(complaints).toEqual([]);
}, 90_000);
