// The HTTP status and code for a token.
import { KeysUnavailableError } from '#core/auth/no-verdict';
import type { TokenVerdict } from '#core/auth/ports';
import { createWhoami } from '#core/requests/whoami';
import { createHandler } from '#lambdas/whoami/handler';
import { MemoryConnectionStore } from '#test/support/core/fakes';

const now = 1_770_328_000_000;
const good: TokenVerdict = { ok: true, value: { userId: 'alice', expiresAt: 1_770_328_200_000 } };

function setUp(answer: (token: string) => Promise<TokenVerdict>) {
  const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const authenticate = jest.fn(answer);
  const connections = new MemoryConnectionStore();
  const whoami = createWhoami({ authenticate, connections, now: () => now });
  const handler = createHandler({ whoami, log });
  return {
    log,
    authenticate,
    connections,
    ask: (authorization?: string) =>
      handler({
        headers: { ...(authorization !== undefined && { authorization }) },
        requestContext: { requestId: 'request-1' },
      }),
  };
}

it('answers with the user and the expiry of a valid token, as JSON that is not cached', async () => {
  const { ask, authenticate, log } = setUp(() => Promise.resolve(good));
  expect(await ask('Bearer a.b.c')).toEqual({
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: '{"userId":"alice","expiresAt":1770328200000}',
  });
  expect(authenticate.mock.calls).toEqual([['a.b.c']]);
  expect(log.info).not.toHaveBeenCalled();
});

it('answers with the patterns of the scope as well, if the service has scopes', async () => {
  const scoped = { ...good, value: { ...good.value, scope: ['shared', 'team-a/*'] } };
  const { ask } = setUp(() => Promise.resolve(scoped));
  expect(await ask('Bearer a.b.c')).toMatchObject({
    statusCode: 200,
    body: '{"userId":"alice","expiresAt":1770328200000,"agents":["shared","team-a/*"]}',
  });
});

it.each([
  ['no header', undefined, 'token_missing'],
  ['another scheme', 'Basic YTpi', 'scheme_not_supported'],
  ['two tokens', 'Bearer a.b.c,Bearer d.e.f', 'token_ambiguous'],
  ['a refused token', 'Bearer a.b.c', 'token_expired'],
])(
  'answers 401 with the code of a refused handshake for %s, and logs one line',
  async (_, header, code) => {
    const { ask, log } = setUp(() => Promise.resolve({ ok: false, code: 'token_expired' }));
    expect(await ask(header)).toMatchObject({ statusCode: 401, body: JSON.stringify({ code }) });
    expect(log.info.mock.calls).toEqual([['whoami refused', { code, requestId: 'request-1' }]]);
    expect(log.warn).not.toHaveBeenCalled();
  },
);

it('accepts the same token twice, as in a handshake', async () => {
  const { ask } = setUp(() => Promise.resolve(good));
  expect(await ask('Bearer a.b.c, Bearer a.b.c')).toMatchObject({ statusCode: 200 });
});

it('answers 503 and logs an error if the keys are unavailable', async () => {
  const error = new KeysUnavailableError('no keys');
  const { ask, log } = setUp(() => Promise.reject(error));
  expect(await ask('Bearer a.b.c')).toEqual({
    statusCode: 503,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: '{"code":"keys_unavailable"}',
  });
  expect(log.error.mock.calls).toEqual([
    ['no verdict on a token', { code: 'keys_unavailable', requestId: 'request-1', error }],
  ]);
});

it('throws an unexpected error instead of answering 401 or 503', async () => {
  const { ask, log } = setUp(() => Promise.reject(new TypeError('x is not a function')));
  await expect(ask('Bearer a.b.c')).rejects.toThrow('x is not a function');
  expect(log.error).not.toHaveBeenCalled();
});

describe('a disconnected user', () => {
  const marker = { disconnectedAt: now - 60_000, endsAt: now + 1 };
  const issued = (issuedAt?: number) => () =>
    Promise.resolve<TokenVerdict>({
      ok: true,
      value: {
        ...{ userId: 'alice', expiresAt: 1_770_328_200_000 },
        ...(issuedAt !== undefined && { issuedAt }),
      },
    });

  it.each([
    ['an older token', marker.disconnectedAt],
    ['a token without an issue time', undefined],
  ])('gets a 403 for %s, as in a handshake, and one line is logged', async (_what, issuedAt) => {
    const { ask, connections, log } = setUp(issued(issuedAt));
    await connections.markDisconnected('alice', marker);
    const code = 'user_disconnected';
    expect(await ask('Bearer a.b.c')).toMatchObject({
      statusCode: 403,
      body: JSON.stringify({ code }),
    });
    expect(log.info.mock.calls).toEqual([['whoami refused', { code, requestId: 'request-1' }]]);
  });

  it('gets a 200 for a newer token', async () => {
    const { ask, connections } = setUp(issued(marker.disconnectedAt + 1));
    await connections.markDisconnected('alice', marker);
    expect(await ask('Bearer a.b.c')).toMatchObject({ statusCode: 200 });
  });

  it('gets a 503 if the table cannot be read', async () => {
    const { ask, connections, log } = setUp(issued(now));
    connections.markerOf = () => Promise.reject(new Error('throttled'));
    const code = 'table_unavailable';
    expect(await ask('Bearer a.b.c')).toMatchObject({
      statusCode: 503,
      body: JSON.stringify({ code }),
    });
    expect(log.error.mock.calls).toMatchObject([['no verdict on a token', { code }]]);
  });
});
