// Whoever authenticates has the last word on a token that was found, and none on one that was not.
import { createAuthorize } from '#core/auth/authorize';
import type { TokenVerdict } from '#core/auth/ports';

const offered = { query: ['t3'] };

function answering(verdict: TokenVerdict) {
  return jest.fn(() => Promise.resolve(verdict));
}

it('lets the owner of a good token in', async () => {
  const verdict = { ok: true, value: { userId: 'alice', expiresAt: 1000 } } as const;
  const authenticate = answering(verdict);
  await expect(createAuthorize({ authenticate })(offered)).resolves.toEqual(verdict);
  expect(authenticate).toHaveBeenCalledWith('t3');
});

it('says where a bad token came from', async () => {
  const authenticate = answering({ ok: false, code: 'token_expired' });
  await expect(createAuthorize({ authenticate })(offered)).resolves.toEqual({
    ok: false,
    code: 'token_expired',
    place: 'query',
  });
});

it('asks nobody when there is no token', async () => {
  const authenticate = answering({ ok: true, value: { userId: 'alice', expiresAt: 1000 } });
  await expect(createAuthorize({ authenticate })({})).resolves.toEqual({
    ok: false,
    code: 'token_missing',
  });
  expect(authenticate).not.toHaveBeenCalled();
});
