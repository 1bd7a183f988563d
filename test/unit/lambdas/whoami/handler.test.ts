// What a client learns about its token over HTTP, by status and code.
import { KeysUnavailableError } from '#core/auth/no-verdict';
import type { TokenVerdict } from '#core/auth/ports';
import { createWhoami } from '#core/requests/whoami';
import { createHandler } from '#lambdas/whoami/handler';
import { MemoryConnectionStore } from '../../../support/core/fakes';

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

it('a good token: its user, and until when, as JSON that nobody caches', async () => {
  const { ask, authenticate, log } = setUp(() => Promise.resolve(good));
  expect(await ask('Bearer a.b.c')).toEqual({
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: '{"userId":"alice","expiresAt":1770328200000}',
  });
  expect(authenticate.mock.calls).toEqual([['a.b.c']]);
  expect(log.info).not.toHaveBeenCalled();
});

it.each([
  ['no header', undefined, 'token_missing'],
  ['another scheme', 'Basic YTpi', 'scheme_not_supported'],
  ['two tokens', 'Bearer a.b.c,Bearer d.e.f', 'token_ambiguous'],
  ['a refused token', 'Bearer a.b.c', 'token_expired'],
])('%s: 401 with the code of a refused handshake, and one line', async (_, header, code) => {
  const { ask, log } = setUp(() => Promise.resolve({ ok: false, code: 'token_expired' }));
  expect(await ask(header)).toMatchObject({ statusCode: 401, body: JSON.stringify({ code }) });
  expect(log.info.mock.calls).toEqual([['whoami refused', { code, requestId: 'request-1' }]]);
  expect(log.warn).not.toHaveBeenCalled();
});

it('the same token twice is one, as in a handshake', async () => {
  const { ask } = setUp(() => Promise.resolve(good));
  expect(await ask('Bearer a.b.c, Bearer a.b.c')).toMatchObject({ statusCode: 200 });
});

it('without a verdict: 503, and the operator is told why', async () => {
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

it('a fault of ours is none of the keys, and no 401: the function fails', async () => {
  const { ask, log } = setUp(() => Promise.reject(new TypeError('x is not a function')));
  await expect(ask('Bearer a.b.c')).rejects.toThrow('x is not a function');
  expect(log.error).not.toHaveBeenCalled();
});

describe('a user who was sent away', () => {
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
    ['a token that does not say when it was issued', undefined],
  ])('gets a 403 for %s, as of a handshake, and one line', async (_what, issuedAt) => {
    const { ask, connections, log } = setUp(issued(issuedAt));
    await connections.markDisconnected('alice', marker);
    const code = 'user_disconnected';
    expect(await ask('Bearer a.b.c')).toMatchObject({
      statusCode: 403,
      body: JSON.stringify({ code }),
    });
    expect(log.info.mock.calls).toEqual([['whoami refused', { code, requestId: 'request-1' }]]);
  });

  it('is known again with a newer token', async () => {
    const { ask, connections } = setUp(issued(marker.disconnectedAt + 1));
    await connections.markDisconnected('alice', marker);
    expect(await ask('Bearer a.b.c')).toMatchObject({ statusCode: 200 });
  });

  it('is not told apart while the table cannot be read: 503', async () => {
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
