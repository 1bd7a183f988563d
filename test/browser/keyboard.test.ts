// Every control of the dashboard in Chromium, reached with Tab and used with keys alone.
import { useDashboardInBrowser } from '../support/browser/dashboard-in-browser';
import { focused, pressOn, tabTo } from '../support/browser/tab-to';
import { agentEvent, sessionEvent } from '../support/data/events';
import { eventually } from '../support/eventually';

const inBrowser = useDashboardInBrowser();

async function reportAgents(): Promise<void> {
  const begin = Date.now() - 60_000;
  for (let index = 0; index < 10; index += 1) {
    const status = index < 2 ? 'error' : 'online';
    await inBrowser.service.report(agentEvent(`team-${index % 2}/${index}`, status, begin));
  }
  for (let index = 0; index < 60; index += 1) {
    const sessionId = index < 38 ? 'long' : `s-${index}`;
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
  const shows = (text: string) => page.getByText(text, { exact: true }).first().waitFor();
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
  const addressIs = (fragment: string) =>
    page.waitForFunction((expected) => location.hash === expected, fragment);

  await tabTo(page, 'Token');
  await keyboard.type('any.token.will-do');
  await pressOn(page, 'Connect');
  await heading('Agents 10');

  // Statuses, group, order and arrangement.
  await pressOn(page, '2 error', 'Space');
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
  await pressOn(page, 'By group');
  await addressIs('#/?sort=name&by=group');
  await pressOn(page, 'Dense', 'Space');
  await page.locator('[data-dense=true]').waitFor();
  await pressOn(page, 'team-0/');
  await heading('Agents 5 of 10');
  await keyboard.press('/');
  await keyboard.type('nobody');
  await pressOn(page, 'Show all');
  await heading('Agents 10');

  // The charts and the events.
  await pressOn(page, 'As a table');
  await page.getByRole('table').waitFor();
  await keyboard.press('Enter');
  await page.getByRole('table').waitFor({ state: 'detached' });
  await pressOn(page, 'Pause');
  await inBrowser.service.report(agentEvent('team-0/4', 'offline', Date.now()));
  await page.getByRole('button', { name: 'Show 1 new' }).waitFor();
  await keyboard.press('Enter');
  await page.locator('.feed-event').getByText('offline').waitFor();

  // The settings.
  await pressOn(page, 'Settings');
  const isOn = (name: string) => page.getByRole('switch', { name }).isChecked();
  await pressOn(page, 'Notify me', 'Space');
  await eventually(async () => {
    expect(await isOn('Notify me')).toBe(true);
  });
  await pressOn(page, 'Announce', 'Space');
  expect(await isOn('Announce')).toBe(false);
  await pressOn(page, 'Connection details');
  await shows('Visible agents');
  await keyboard.press('Escape');
  await page.locator('.settings-panel').waitFor({ state: 'hidden' });
  expect(await focused(page)).toMatch(/^Settings/);

  // The page of an agent: its sessions, a timeline, and back.
  await tabTo(page, 'team-0/');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await heading('team-0/0');
  await pressOn(page, 'Show 3 of 3 more');
  await heading('Sessions 23');
  await pressOn(page, 'Show earlier messages of long');
  const timeline = page.locator('.timeline');
  await timeline.getByText('Message 36', { exact: true }).waitFor();
  await page.waitForFunction(() => location.hash.includes('session=long'));
  await keyboard.press('Enter');
  await timeline.waitFor({ state: 'detached' });
  await keyboard.press('Enter');
  await pressOn(page, 'Older messages of long');
  await timeline.getByText('Message 6', { exact: true }).waitFor();
  await pressOn(page, '← Agents');
  await heading('Agents 10');

  // Agents or events on a phone.
  await page.setViewportSize({ width: 390, height: 844 });
  await pressOn(page, 'events');
  await page.getByRole('heading', { name: 'Events' }).waitFor();
  await page.getByRole('heading', { name: /^Agents/ }).waitFor({ state: 'hidden' });
  await pressOn(page, 'agents');
  await heading('Agents 10');
  expect(complaints).toEqual([]);
});

it('can sign in with the keyboard alone after the provider has refused', async () => {
  const { page } = await inBrowser.openPage();
  const { pageUrl } = inBrowser.service;
  const token = { kind: 'oauth', clientId: 'dashboard' };
  const urls = { authorizationUrl: `${pageUrl}authorize`, tokenUrl: `${pageUrl}token` };
  await page.route('**/config.json', (route) =>
    route.fulfill({ json: { token: { ...token, ...urls } } }),
  );
  const visits: string[] = [];
  await page.route('**/authorize?*', (route) => {
    visits.push(route.request().url());
    const state = new URL(route.request().url()).searchParams.get('state') ?? '';
    return route.fulfill({
      status: 302,
      headers: { location: `${pageUrl}?error=access_denied&state=${state}` },
    });
  });
  await page.goto(pageUrl);
  await page.getByText('Signing in failed').waitFor();
  expect(visits).toHaveLength(1);
  await pressOn(page, 'Sign in');
  await eventually(() => {
    expect(visits).toHaveLength(2);
  });
});

it('can try to connect with the keyboard alone before the next attempt, while there is no network', async () => {
  const { page, context } = await inBrowser.openPage();
  let asked = 0;
  await page.route('**/token', (route) => {
    asked += 1;
    return route.fulfill({ body: 'any.token.will-do' });
  });
  await page.goto(inBrowser.service.pageUrl);
  const connection = page.getByRole('region', { name: 'Connection' });
  await connection.getByText('Connected').waitFor();
  await context.setOffline(true);
  await connection.getByText('Offline').waitFor();
  const before = asked;
  await pressOn(page, 'Try now');
  // The next attempt without it would be 15 s later.
  await eventually(() => {
    expect(asked).toBe(before + 1);
  }, 10_000);
});
