// What a client learns about its token over HTTP, by status and code.
import { KeysUnavailableError } from '../../../../lambdas/core/keys-unavailable-error';
import type { TokenVerdict } from '../../../../lambdas/core/ports';
import { createWhoami } from '../../../../lambdas/core/whoami';
import { createHandler } from '../../../../lambdas/whoami/handler';

const good: TokenVerdict = { ok: true, value: { userId: 'alice', expiresAt: 1_770_328_200_000 } };

function setUp(verify: (token: string) => Promise<TokenVerdict>) {
  const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const verifier = { verify: jest.fn(verify) };
  const handler = createHandler({ whoami: createWhoami({ verifier }), log });
  return {
    log,
    verifier,
    ask: (authorization?: string) =>
      handler({
        headers: { ...(authorization !== undefined && { authorization }) },
        requestContext: { requestId: 'request-1' },
      }),
  };
}

test('a good token: its user, and until when, as JSON that nobody caches', async () => {
  const { ask, verifier, log } = setUp(() => Promise.resolve(good));
  expect(await ask('Bearer a.b.c')).toEqual({
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: '{"userId":"alice","expiresAt":1770328200000}',
  });
  expect(verifier.verify.mock.calls).toEqual([['a.b.c']]);
  expect(log.info).not.toHaveBeenCalled();
});

test.each([
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

test('the same token twice is one, as in a handshake', async () => {
  const { ask } = setUp(() => Promise.resolve(good));
  expect(await ask('Bearer a.b.c, Bearer a.b.c')).toMatchObject({ statusCode: 200 });
});

test('without a verdict: 503, and the operator is told why', async () => {
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

test('a fault of ours is none of the keys, and no 401: the function fails', async () => {
  const { ask, log } = setUp(() => Promise.reject(new TypeError('x is not a function')));
  await expect(ask('Bearer a.b.c')).rejects.toThrow('x is not a function');
  expect(log.error).not.toHaveBeenCalled();
});
