// Signing in with an OAuth provider in the browser: redirect, callback, and no second sign-in while the token is valid.
import type { BrowserContext } from 'playwright-core';
import { useDashboardInBrowser } from '../support/browser/dashboard-in-browser';
import { violationsInBothColours } from '../support/browser/violations';
import { agentEvent } from '../support/data/events';
import { eventually } from '../support/eventually';

const inBrowser = useDashboardInBrowser();

/**
 * A provider at the page's own origin, which its Content-Security-Policy allows. Its response to authorization requests
 * is `answer`.
 */
async function openProvider(context: BrowserContext, answer: () => Record<string, string>) {
  const token = {
    kind: 'oauth',
    authorizationUrl: `${inBrowser.service.pageUrl}oauth/authorize`,
    tokenUrl: `${inBrowser.service.pageUrl}oauth/token`,
    clientId: 'dashboard',
  };
  const visits: URL[] = [];
  const grants: URLSearchParams[] = [];
  await context.route('**/config.json', (route) => route.fulfill({ json: { token } }));
  await context.route('**/oauth/authorize?*', async (route) => {
    const asked = new URL(route.request().url());
    visits.push(asked);
    const back = new URL(asked.searchParams.get('redirect_uri') ?? '');
    const answered = { ...answer(), state: asked.searchParams.get('state') ?? '' };
    for (const [name, value] of Object.entries(answered)) back.searchParams.set(name, value);
    await route.fulfill({ status: 302, headers: { location: back.href } });
  });
  await context.route('**/oauth/token', async (route) => {
    grants.push(new URLSearchParams(route.request().postData() ?? ''));
    await route.fulfill({
      json: { access_token: `signed.in.${grants.length}`, token_type: 'Bearer', expires_in: 3600 },
    });
  });
  return { visits, grants };
}

it('redirects to the provider and back, connects with its token, and reconnects with the same one', async () => {
  const { page, context, complaints } = await inBrowser.openPage();
  const { visits, grants } = await openProvider(context, () => ({ code: 'the-code' }));
  await page.goto(inBrowser.service.pageUrl);
  await page.getByRole('region', { name: 'Connection' }).getByText('Connected').waitFor();
  expect(visits).toHaveLength(1);
  expect(visits[0]?.searchParams.get('code_challenge_method')).toBe('S256');
  expect(grants.map((grant) => grant.get('code'))).toEqual(['the-code']);
  expect(inBrowser.service.tokens).toEqual(['signed.in.1']);
  // Neither the code in the URL nor the stored data of the request remains.
  expect(page.url()).toBe(inBrowser.service.pageUrl);
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);

  inBrowser.service.dropAll();
  await eventually(() => {
    expect(inBrowser.service.tokens).toEqual(['signed.in.1', 'signed.in.1']);
  }, 40_000);
  expect(visits).toHaveLength(1);
  expect(complaints).toEqual([]);
});

it('after a refusal, redirects to the provider again only when the user clicks "Sign in"', async () => {
  const { page, context } = await inBrowser.openPage();
  let answer: Record<string, string> = { error: 'access_denied' };
  const { visits } = await openProvider(context, () => answer);
  await page.goto(inBrowser.service.pageUrl);
  await page.getByText('Signing in failed: access_denied.').waitFor();
  expect([visits.length, inBrowser.service.tokens]).toEqual([1, []]);
  expect(await violationsInBothColours(page)).toEqual([]);
  answer = { code: 'the-code' };
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('region', { name: 'Connection' }).getByText('Connected').waitFor();
  expect(visits).toHaveLength(2);
});

it('shows the route of its address after the redirect, which has no fragment', async () => {
  const { page, context } = await inBrowser.openPage();
  await openProvider(context, () => ({ code: 'the-code' }));
  await page.goto(`${inBrowser.service.pageUrl}#/?status=error`);
  await page.getByRole('region', { name: 'Connection' }).getByText('Connected').waitFor();
  expect(page.url()).toBe(`${inBrowser.service.pageUrl}#/?status=error`);
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  await inBrowser.service.report(agentEvent('agent-1', 'online', 1));
  await page.getByRole('button', { name: '0 error', pressed: true }).waitFor();
});
