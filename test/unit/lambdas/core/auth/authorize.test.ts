// The verifier has the last word on a token that was found, and none on one that was not.
import { createAuthorize } from '#core/auth/authorize';
import type { TokenVerdict } from '#core/auth/ports';

const offered = { query: ['t3'] };

function verifierThatSays(verdict: TokenVerdict) {
  return { verify: jest.fn(() => Promise.resolve(verdict)) };
}

it('lets the owner of a good token in', async () => {
  const verdict = { ok: true, value: { userId: 'alice', expiresAt: 1000 } } as const;
  const verifier = verifierThatSays(verdict);
  await expect(createAuthorize({ verifier })(offered)).resolves.toEqual(verdict);
  expect(verifier.verify).toHaveBeenCalledWith('t3');
});

it('says where a bad token came from', async () => {
  const verifier = verifierThatSays({ ok: false, code: 'token_expired' });
  await expect(createAuthorize({ verifier })(offered)).resolves.toEqual({
    ok: false,
    code: 'token_expired',
    place: 'query',
  });
});

it('asks nobody when there is no token', async () => {
  const verifier = verifierThatSays({ ok: true, value: { userId: 'alice', expiresAt: 1000 } });
  await expect(createAuthorize({ verifier })({})).resolves.toEqual({
    ok: false,
    code: 'token_missing',
  });
  expect(verifier.verify).not.toHaveBeenCalled();
});
