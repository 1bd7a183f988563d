// The text of the page about its connection.
import { connectionWords, visibleWords } from '#dashboard/page/model/connection/connection-words';
import type { Connection } from '#sdk/client';

const words = (connection: Partial<Connection>, now = 0) =>
  connectionWords(
    {
      state: 'waiting',
      attempt: 1,
      retryInMs: undefined,
      code: undefined,
      reason: undefined,
      since: 0,
      isSynced: false,
      ...connection,
    },
    now,
  );

it('contains the time of the next attempt while offline', () => {
  expect(words({ state: 'offline', retryInMs: 20_000, code: 1006 }).detail).toBe(
    'This device seems to have no network. Next attempt in 20 s.',
  );
});

it('contains the seconds until the next attempt', () => {
  const connection = { retryInMs: 7_000, since: 1_000, code: 1006 };
  const reason = 'The server cannot be reached.';
  expect(words(connection, 1_000).detail).toBe(`${reason} Next attempt in 7 s.`);
  expect(words(connection, 7_500).detail).toBe(`${reason} Next attempt in 1 s.`);
  expect(words(connection, 9_000).detail).toBe(`${reason} Next attempt in 0 s.`);
});

it.each([
  ['idle', 'Not connected', 'busy', 'Connect'],
  ['connecting', 'Connecting', 'busy', undefined],
  ['connected', 'Connected', 'good', undefined],
  ['waiting', 'Waiting', 'bad', 'Try now'],
  ['offline', 'Offline', 'bad', 'Try now'],
  ['unauthorized', 'Unauthorized', 'bad', 'Try now'],
  ['closed', 'Closed', 'bad', 'Connect'],
] as const)('has for the state %s the title %j', (state, title, tone, action) => {
  expect(words({ state })).toMatchObject({ title, tone, action });
});

it.each([
  [{ reason: 'refused', code: 1006 }, 'The server refuses the token.'],
  [
    { reason: 'refused', refusal: 'issued_at_missing', code: 1006 },
    'The token has no time of issue (iat). Whoever runs this page has to correct where it gets tokens.',
  ],
  [{ reason: 'constructor', code: 1000 }, 'The server says: constructor.'],
  [{ reason: 'unavailable', code: 1006 }, 'The server cannot be reached, or is overloaded.'],
  [{ reason: 'hidden' }, 'This page was hidden.'],
  [{ reason: 'account suspended', code: 1000 }, 'The server says: account suspended.'],
  [{ code: 1001 }, 'The connection was lost (1001).'],
  [{ code: 1000 }, ''],
  [{}, ''],
])('explains %j', (connection, detail) => {
  expect(words(connection).detail).toBe(detail);
});

it.each([
  [undefined, undefined],
  [[], 'You see no agents.'],
  [['team-a/*'], 'You see agents: team-a/*'],
  [['a', 'b', 'c'], 'You see agents: a, b, c'],
  [['a', 'b', 'c', 'd', 'e'], 'You see agents: a, b, c and 2 more'],
])('says for the patterns %j which agents the user sees, while connected', (patterns, text) => {
  const connection = {
    attempt: 0,
    retryInMs: undefined,
    code: undefined,
    reason: undefined,
    since: 0,
    isSynced: true,
    visibleAgents: patterns,
  };
  expect(visibleWords({ ...connection, state: 'connected' })).toBe(text);
  expect(visibleWords({ ...connection, state: 'waiting' })).toBeUndefined();
});

it('contains the number of the attempt if it is not the first', () => {
  expect(words({ state: 'connecting', attempt: 1 }).detail).toBe('');
  expect(words({ state: 'connecting', attempt: 3 }).detail).toBe('Attempt 3.');
});
