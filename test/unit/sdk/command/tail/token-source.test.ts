// Where the token comes from: the environment, or a local stack.
import { UsageError } from '#sdk/command/arguments';
import { tokenSource } from '#sdk/command/tail/token-source';

/** The source for a URL; requests are answered by `answer`. */
function source(url: string, token?: string, answer?: () => Response) {
  const requested: unknown[] = [];
  const failures: UsageError[] = [];
  const getToken = tokenSource({
    ...{ url, token, fail: (error) => failures.push(error) },
    fetch: (asked) => {
      requested.push(asked);
      return answer === undefined
        ? Promise.reject(new Error('Nobody listens.'))
        : Promise.resolve(answer());
    },
  });
  return { getToken, requested, failures };
}

it('returns the token of the environment, without white space around it and without a request', async () => {
  const { getToken, requested } = source('ws://localhost:3000', ' a.b.c\n');
  await expect(getToken()).resolves.toBe('a.b.c');
  expect(requested).toEqual([]);
});

it.each([
  ['ws://localhost:3000', 'http://localhost:3000/token'],
  ['ws://127.0.0.1:3001/live?x=y', 'http://127.0.0.1:3001/token'],
  ['ws://[::1]', 'http://[::1]/token'],
  ['wss://stack.localhost', 'https://stack.localhost/token'],
])('asks the local stack of %s at %s, each time', async (url, asked) => {
  const { getToken, requested, failures } = source(url, '', () => new Response('aa.b-b.c_c'));
  await expect(getToken()).resolves.toBe('aa.b-b.c_c');
  await expect(getToken()).resolves.toBe('aa.b-b.c_c');
  expect(requested).toEqual([asked, asked]);
  expect(failures).toEqual([]);
});

it.each([
  'wss://example.com',
  'ws://localhost.example.com',
  'ws://10.0.0.1',
  'ws://127.0.0.1.nip.io',
])('refuses to look for a token at %s', (url) => {
  const { host } = new URL(url);
  expect(() => source(url)).toThrow(
    new UsageError(`MISSION_CONTROL_TOKEN must be set to a token that ${host} accepts.`),
  );
});

it.each(['two words', 'tökén', 'a\u0007b'])('refuses %j as a token', (token) => {
  expect(() => source('wss://example.com', token)).toThrow('MISSION_CONTROL_TOKEN is not a token.');
});

it.each([
  ['nobody listens', undefined],
  ['the server has an error', () => new Response('Busy', { status: 503 })],
])('rejects if %s, which may pass', async (_what, answer) => {
  const { getToken, failures } = source('ws://localhost:3000', undefined, answer);
  await expect(getToken()).rejects.toThrow();
  expect(failures).toEqual([]);
});

it.each([
  [
    'another server',
    () => new Response('<!doctype html>'),
    'http://localhost:3000 gives no tokens, as a local stack does. Set MISSION_CONTROL_TOKEN to a token, or --url to another URL.',
  ],
  [
    'a stack with another issuer',
    () => new Response('{"message":"Not Found"}', { status: 404 }),
    'http://localhost:3000 gives no tokens, as a local stack does. Set MISSION_CONTROL_TOKEN to a token, or --url to another URL.',
  ],
  [
    'a stack with scopes',
    () => new Response('They need\n\u001b[2J the claim agents: run e.g. this.', { status: 400 }),
    'They need↵‹U+001B›[2J the claim agents: run e.g. this. Set MISSION_CONTROL_TOKEN to a token.',
  ],
  [
    'a stack whose advice has no full stop',
    () => new Response('Tokens of this stack need the claim agents', { status: 400 }),
    'Tokens of this stack need the claim agents. Set MISSION_CONTROL_TOKEN to a token.',
  ],
])('fails with advice if %s gives no token', async (_what, answer, sentence) => {
  const { getToken, failures } = source('ws://localhost:3000', undefined, answer);
  await expect(getToken()).rejects.toThrow();
  expect(failures).toEqual([new UsageError(sentence)]);
});
