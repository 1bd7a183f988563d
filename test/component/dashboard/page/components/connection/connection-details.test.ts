// The details of the connection, rendered by React in jsdom.
import { createElement } from 'react';
import type { Connection } from '#sdk/client';
import { ConnectionDetails } from '#dashboard/page/components/connection/connection-details';
import { createParts, inPage, render } from '#test/support/dashboard/rendered';

inPage();

async function open(connection: Partial<Connection>) {
  const parts = createParts();
  const since = parts.time.now();
  const all = { ...parts.client.connection, since, ...connection };
  const page = await render(createElement(ConnectionDetails, { connection: all }), parts);
  const entries = () =>
    Object.fromEntries(
      page.all('dl > div').map((each) => [...each.children].map(({ textContent }) => textContent)),
    ) as Record<string, string>;
  return { ...page, entries };
}

it('shows the patterns of the agents that are visible', async () => {
  const { entries, textsOf, violations } = await open({
    ...{ state: 'connected', attempt: 0, visibleAgents: ['team-a/*', 'x\u202Ey'] },
  });
  expect(entries()).toMatchObject({ State: 'Connected', Since: expect.stringMatching(/\d:\d\d/) as string }); // prettier-ignore
  expect(textsOf('li')).toEqual(['team-a/*', 'xU+202Ey']);
  expect(entries()['Attempt']).toBeUndefined();
  expect(await violations()).toEqual([]);
});

it.each([
  [true, 'complete'],
  [false, 'not yet complete'],
])('says whether the state of all agents has been received (%j)', async (isSynced, words) => {
  const { entries } = await open({ state: 'connected', isSynced });
  expect(entries()['Snapshot']).toBe(words);
});

it.each([
  [undefined, 'all'],
  [[], 'none'],
])('names for the patterns %j %j', async (visibleAgents, words) => {
  const { entries } = await open({ state: 'connected', visibleAgents });
  expect(entries()['Visible agents']).toBe(words);
});

it('shows the reason, the close code, the attempt and when the next one is due', async () => {
  const { entries, tick } = await open({
    ...{ state: 'waiting', attempt: 3, retryInMs: 8_000, code: 1001, reason: 'silent' },
  });
  expect(entries()).toMatchObject({
    State: 'Waiting',
    Reason: 'The server has stopped responding. (silent)',
    'Close code': '1001',
    Attempt: '3',
    'Next attempt': 'in 8 s',
  });
  await tick(3_000);
  expect(entries()['Next attempt']).toBe('in 5 s');
});

it('shows why the server refuses the token, with the code', async () => {
  const { entries } = await open({
    ...{ state: 'unauthorized', code: 1006, reason: 'refused', refusal: 'audience_wrong' },
  });
  expect(entries()['Reason']).toMatch(/^The token is for another audience .+ \(audience_wrong\)$/);
});
