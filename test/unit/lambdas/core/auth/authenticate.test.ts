// The claims of a token are judged before it is verified, and the verified claims are judged again.
import { createAuthenticate } from '#core/auth/authenticate';
import type { ScopeRule } from '#core/auth/read-scope';
import type { TokenClaims, TokenVerifier } from '#core/auth/ports';

const now = 1_770_000_000_000;
const seconds = now / 1000;
const good: TokenClaims = { sub: 'alice', exp: seconds + 60, iat: seconds };
const alice = { userId: 'alice', expiresAt: now + 60_000, issuedAt: now };

/** A verifier of tokens that are JSON text: `decode` returns `unverified` claims, `verify` returns verified `claims`. */
function setUp(maxTokenHours?: number, scopeRule?: ScopeRule) {
  const verifier = {
    decode: jest.fn<ReturnType<TokenVerifier['decode']>, [string]>((token) =>
      token === 'garbage'
        ? { ok: false, code: 'token_malformed' }
        : { ok: true, unverified: JSON.parse(token) as TokenClaims },
    ),
    verify: jest.fn<ReturnType<TokenVerifier['verify']>, [string]>((token) =>
      Promise.resolve({ ok: true, claims: JSON.parse(token) as TokenClaims }),
    ),
  };
  const authenticate = createAuthenticate({ verifier, now: () => now, maxTokenHours, scopeRule });
  return { verifier, authenticate: (token: object) => authenticate(JSON.stringify(token)) };
}

it('accepts a token, with the owner from the verified claims', async () => {
  const { authenticate } = setUp();
  await expect(authenticate(good)).resolves.toEqual({ ok: true, value: alice });
});

it.each([
  ['token_expired', { ...good, exp: seconds }],
  ['expiry_missing', { ...good, exp: undefined }],
  ['token_malformed', { ...good, exp: 'tomorrow' }],
  ['issued_in_future', { ...good, iat: seconds + 61 }],
  ['subject_invalid', { ...good, sub: '' }],
])('refuses a token with %s, without verifying it', async (code, claims) => {
  const { authenticate, verifier } = setUp();
  await expect(authenticate(claims)).resolves.toEqual({ ok: false, code });
  expect(verifier.verify).not.toHaveBeenCalled();
});

it.each([
  ['issued_at_missing', { ...good, iat: undefined }],
  ['token_too_old', { ...good, iat: seconds - 12 * 3600 }],
])('refuses a token with %s only if tokens have a maximum age', async (code, claims) => {
  const limited = setUp(12);
  await expect(limited.authenticate(claims)).resolves.toEqual({ ok: false, code });
  expect(limited.verifier.verify).not.toHaveBeenCalled();
  await expect(setUp().authenticate(claims)).resolves.toMatchObject({ ok: true });
});

it('refuses a token that cannot be decoded, without verifying it', async () => {
  const { verifier } = setUp();
  const authenticate = createAuthenticate({ verifier, now: () => now });
  await expect(authenticate('garbage')).resolves.toEqual({ ok: false, code: 'token_malformed' });
  expect(verifier.verify).not.toHaveBeenCalled();
});

it('refuses a token with the code of the verifier', async () => {
  const { authenticate, verifier } = setUp();
  verifier.verify.mockResolvedValue({ ok: false, code: 'signature_invalid' });
  await expect(authenticate(good)).resolves.toEqual({ ok: false, code: 'signature_invalid' });
});

it('uses the verified claims, not the decoded ones', async () => {
  const { authenticate, verifier } = setUp();
  verifier.verify.mockResolvedValue({ ok: true, claims: { ...good, sub: 'bob' } });
  await expect(authenticate(good)).resolves.toEqual({
    ok: true,
    value: { ...alice, userId: 'bob' },
  });
  verifier.verify.mockResolvedValue({ ok: true, claims: { ...good, exp: seconds } });
  await expect(authenticate(good)).resolves.toEqual({ ok: false, code: 'token_expired' });
});

describe('with scopes', () => {
  const rule = { claim: 'groups', template: '{value}/*' };
  const scoped = { ...good, groups: ['team-b', 'team-a'] };

  it('accepts a token with the scope of its claim', async () => {
    const { authenticate } = setUp(undefined, rule);
    const scope = ['team-a/*', 'team-b/*'];
    await expect(authenticate(scoped)).resolves.toEqual({ ok: true, value: { ...alice, scope } });
  });

  it.each([
    ['scope_missing', good],
    ['scope_invalid', { ...good, groups: 7 }],
    ['scope_too_large', { ...good, groups: Array(500).fill('team') }],
    // Whatever its scope, an expired token is expired.
    ['token_expired', { ...good, exp: seconds, groups: 7 }],
  ])('refuses a token with %s, without verifying it', async (code, claims) => {
    const { authenticate, verifier } = setUp(undefined, rule);
    await expect(authenticate(claims)).resolves.toEqual({ ok: false, code });
    expect(verifier.verify).not.toHaveBeenCalled();
  });

  it('uses the scope of the verified claims, not that of the decoded ones', async () => {
    const { authenticate, verifier } = setUp(undefined, rule);
    verifier.verify.mockResolvedValue({ ok: true, claims: { ...good, groups: ['team-c'] } });
    await expect(authenticate(scoped)).resolves.toMatchObject({ value: { scope: ['team-c/*'] } });
    verifier.verify.mockResolvedValue({ ok: true, claims: good });
    await expect(authenticate(scoped)).resolves.toEqual({ ok: false, code: 'scope_missing' });
  });

  it('ignores the claim if the service has no scopes', async () => {
    const { authenticate } = setUp();
    await expect(authenticate(scoped)).resolves.toEqual({ ok: true, value: alice });
  });
});
