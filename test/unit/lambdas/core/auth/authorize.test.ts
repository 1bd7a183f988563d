// The verdict on a handshake: that of `authenticate` if a token was found, and `token_missing` otherwise.
import { createAuthorize } from '#core/auth/authorize';
import type { TokenVerdict } from '#core/auth/ports';

const offered = { query: ['t3'] };

function answering(verdict: TokenVerdict) {
  return jest.fn(() => Promise.resolve(verdict));
}

it('returns the owner of a valid token', async () => {
  const verdict = { ok: true, value: { userId: 'alice', expiresAt: 1000 } } as const;
  const authenticate = answering(verdict);
  await expect(createAuthorize({ authenticate })(offered)).resolves.toEqual(verdict);
  expect(authenticate).toHaveBeenCalledWith('t3');
});

it('adds the place of a refused token', async () => {
  const authenticate = answering({ ok: false, code: 'token_expired' });
  await expect(createAuthorize({ authenticate })(offered)).resolves.toEqual({
    ok: false,
    code: 'token_expired',
    place: 'query',
  });
});

it('refuses a handshake without a token, without calling authenticate', async () => {
  const authenticate = answering({ ok: true, value: { userId: 'alice', expiresAt: 1000 } });
  await expect(createAuthorize({ authenticate })({})).resolves.toEqual({
    ok: false,
    code: 'token_missing',
  });
  expect(authenticate).not.toHaveBeenCalled();
});
