// The dashboard at the width of a phone, in Chromium.
import { useDashboardInBrowser } from '../support/browser/dashboard-in-browser';
import { agentEvent, sessionEvent } from '../support/data/events';

const inBrowser = useDashboardInBrowser();

it.each([390, 320])('shows the button of every status whole at a width of %i px', async (width) => {
  for (const status of ['error', 'online', 'offline'] as const) {
    for (let index = 0; index < 12; index += 1) {
      await inBrowser.service.report(agentEvent(`${status}-${index}`, status, Date.now()));
    }
  }
  await inBrowser.service.report(sessionEvent('unknown', 's', 'A message.', Date.now()));
  const { page } = await inBrowser.openPage();
  await page.setViewportSize({ width, height: 844 });
  await page.goto(inBrowser.service.pageUrl);
  const buttons = page.getByRole('group', { name: 'Show one status only' }).getByRole('button');
  await page.getByRole('button', { name: '1 unknown' }).waitFor();
  const boxes = await Promise.all((await buttons.all()).map((one) => one.boundingBox()));
  expect(boxes).toHaveLength(4);
  for (const box of boxes) {
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? Infinity) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
  }
});

it.each([390, 360, 320])(
  'shows the state of the connection beside or below the settings at a width of %i px',
  async (width) => {
    const { page } = await inBrowser.openPage();
    await page.setViewportSize({ width, height: 844 });
    await page.goto(inBrowser.service.pageUrl);
    const state = await page
      .getByRole('region', { name: 'Connection' })
      .getByText('Connected')
      .boundingBox();
    const settings = await page.getByText('Settings', { exact: true }).boundingBox();
    if (state === null || settings === null) throw new Error('One of them is not shown.');
    const isBeside = state.x + state.width <= settings.x;
    const isBelow = state.y >= settings.y + settings.height;
    expect(isBeside || isBelow).toBe(true);
  },
);
