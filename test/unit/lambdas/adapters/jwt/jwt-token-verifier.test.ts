// Which tokens are accepted, which keys verify them, and what happens if the keys cannot be fetched.
import {
  createJwtTokenVerifier,
  type JwtTokenVerifierOptions,
} from '#adapters/jwt/jwt-token-verifier';
import { createAuthenticate } from '#core/auth/authenticate';
import type { ScopeRule } from '#core/auth/read-scope';
import type { IdentityProvider } from '#lambdas/contract/identity-provider';
import {
  createDocuments,
  createSigningKey,
  signToken,
  withKid,
  type Claims,
  type SigningKey,
} from '#test/support/adapters/token-issuer';

const issuer = 'https://issuer.test/tenant';
const discoveryUrl = 'https://issuer.test/tenant/.well-known/openid-configuration';
const jwksUri = 'https://keys.issuer.test/keys';
const provider: IdentityProvider = { kind: 'oidc', issuer, audience: 'mission-control', jwksUri };
const discovering: IdentityProvider = { kind: 'oidc', issuer, audience: 'mission-control' };

const exp = Math.floor(Date.now() / 1000) + 600;
const claims = { iss: issuer, aud: 'mission-control', sub: 'alice', exp };
const accepted = { ok: true, value: { userId: 'alice', expiresAt: exp * 1000 } };
const unknown = { ok: false, code: 'key_unknown' };
const wrongAudience = { ok: false, code: 'audience_wrong' };

let key: SigningKey;
let newKey: SigningKey;
/** The issuer does not publish this key by default. */
let otherKey: SigningKey;

beforeAll(async () => {
  key = await createSigningKey('key-1');
  newKey = await createSigningKey('key-2');
  otherKey = await createSigningKey('key-3');
});

const serve = (...keys: readonly SigningKey[]) =>
  createDocuments({ [jwksUri]: { keys: keys.map(({ jwk }) => jwk) } });

/** The verifier, with the checks of the claims in core. */
function create(
  provider: IdentityProvider,
  options: JwtTokenVerifierOptions & {
    readonly maxTokenHours?: number;
    readonly scopeRule?: ScopeRule;
  },
) {
  const { maxTokenHours, scopeRule, now = Date.now } = options;
  const verifier = createJwtTokenVerifier(provider, options);
  return {
    verify: createAuthenticate({ verifier, now, maxTokenHours, scopeRule }),
    fetchKeys: () => verifier.fetchKeys(),
  };
}

it('returns the claims without judging them', async () => {
  const verifier = createJwtTokenVerifier(provider, serve(key));
  const odd = { ...claims, sub: '', iat: exp + 1_000_000 };
  const token = await signToken(key, odd);
  expect(verifier.decode(token)).toEqual({ ok: true, unverified: odd });
  await expect(verifier.verify(token)).resolves.toEqual({ ok: true, claims: odd });
});

it('decodes a token without verifying it, and verifies it without a previous decode', async () => {
  const documents = serve(key);
  const verifier = createJwtTokenVerifier(provider, documents);
  const forged = await signToken(newKey, claims, { kid: 'key-1' });
  expect(verifier.decode(forged)).toEqual({ ok: true, unverified: claims });
  await expect(verifier.verify(forged)).resolves.toEqual({ ok: false, code: 'signature_invalid' });
  const extended = await signToken(key, claims, { crit: ['x'], x: 1 });
  const refused = { ok: false, code: 'extension_not_supported' };
  expect(verifier.decode(extended)).toEqual(refused);
  await expect(verifier.verify(extended)).resolves.toEqual(refused);
});

it.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
  'accepts a token signed with %s',
  async (alg) => {
    const signing = await createSigningKey('key', alg);
    const { verify } = create(provider, serve(signing));
    await expect(verify(await signToken(signing, claims))).resolves.toEqual(accepted);
  },
);

it('rounds a fractional expiry down to the second', async () => {
  const { verify } = create(provider, serve(key));
  const token = await signToken(key, { ...claims, exp: exp + 0.9 });
  await expect(verify(token)).resolves.toEqual(accepted);
});

it.each(['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
  'refuses a malformed signature of %s with signature_invalid',
  async (alg) => {
    const signing = await createSigningKey('key', alg);
    const { verify } = create(provider, serve(signing));
    const [header = '', payload = '', signature = ''] = (await signToken(signing, claims)).split(
      '.',
    );
    const odd = ['A', 'AA', 'AAAA', 'A'.repeat(86), 'A'.repeat(500), `${signature}AAAA`];
    for (const text of [...odd, signature.slice(4), signature.slice(0, -8)]) {
      await expect(verify(`${header}.${payload}.${text}`)).resolves.toEqual({
        ok: false,
        code: 'signature_invalid',
      });
    }
  },
);

it('accepts a token for each of several audiences, which replace that of the provider, and for no other one', async () => {
  const { verify } = create(provider, { ...serve(key), audiences: ['machines', 'mail'] });
  const verdictOf = async (aud: unknown) => verify(await signToken(key, { ...claims, aud }));
  for (const aud of ['machines', 'mail', ['billing', 'mail']]) {
    await expect(verdictOf(aud)).resolves.toEqual(accepted);
  }
  for (const aud of ['mission-control', 'machines mail', 'machines,mail', [], ['billing']]) {
    await expect(verdictOf(aud)).resolves.toEqual(wrongAudience);
  }
});

describe('the times of a token', () => {
  const seconds = Math.floor(Date.now() / 1000);
  // The library uses Date.now: on a busy machine, time would pass between the token and its check.
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(seconds * 1000);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([
    ['now', { iat: seconds }, seconds * 1000],
    ['at a fraction of a second', { iat: seconds - 0.25 }, seconds * 1000 - 250],
    ['by a clock that is ahead', { iat: seconds + 50 }, (seconds + 50) * 1000],
    ['at the epoch', { iat: 0 }, 0],
  ])('returns the issue time of a token issued %s', async (_what, times, issuedAt) => {
    const { verify } = create(provider, serve(key));
    await expect(verify(await signToken(key, { ...claims, ...times }))).resolves.toEqual({
      ok: true,
      value: { ...accepted.value, issuedAt },
    });
  });

  it('accepts a not-before time by a clock that is up to a minute ahead', async () => {
    const { verify } = create(provider, serve(key));
    const token = (nbf: number) => signToken(key, { ...claims, nbf });
    await expect(verify(await token(seconds + 55))).resolves.toEqual(accepted);
    await expect(verify(await token(seconds + 70))).resolves.toEqual({
      ok: false,
      code: 'token_not_yet_valid',
    });
    // A time beyond the range of Date: the token is refused before its invalid signature is verified.
    const far = [await token(8_640_000_000_001), await token(1e300)];
    for (const one of far) {
      await expect(verify(one.replace(/[^.]+$/, 'c2lnbmF0dXJl'))).resolves.toEqual({
        ok: false,
        code: 'token_not_yet_valid',
      });
    }
  });

  it('has no tolerance for the expiry', async () => {
    const { verify } = create(provider, { ...serve(key), now: () => exp * 1000 });
    await expect(verify(await signToken(key, claims))).resolves.toEqual({
      ok: false,
      code: 'token_expired',
    });
  });

  describe('with a maximum age', () => {
    const limited = (now = Date.now()) =>
      create(provider, { ...serve(key), maxTokenHours: 12, now: () => now });
    const farOff = Date.UTC(9999, 11, 31) / 1000;

    it('limits the expiry of a token of the year 9999 to the maximum age', async () => {
      const token = await signToken(key, { ...claims, iat: seconds, exp: farOff });
      await expect(limited().verify(token)).resolves.toEqual({
        ok: true,
        value: {
          userId: 'alice',
          issuedAt: seconds * 1000,
          expiresAt: (seconds + 12 * 3600) * 1000,
        },
      });
      const atItsEnd = limited((seconds + 12 * 3600) * 1000);
      await expect(atItsEnd.verify(token)).resolves.toEqual({ ok: false, code: 'token_too_old' });
    });

    it('keeps an expiry before the maximum age', async () => {
      const token = await signToken(key, { ...claims, iat: seconds });
      await expect(limited().verify(token)).resolves.toMatchObject({
        value: { expiresAt: exp * 1000 },
      });
    });

    it.each([
      ['without iat', {}, 'issued_at_missing'],
      ['of yesterday', { iat: seconds - 24 * 3600 }, 'token_too_old'],
      ['of tomorrow', { iat: seconds + 24 * 3600 }, 'issued_in_future'],
    ])('refuses a token %s without fetching keys', async (_what, times, code) => {
      const documents = serve(key);
      const { verify } = create(provider, { ...documents, maxTokenHours: 12 });
      const token = await signToken(key, { ...claims, ...times });
      await expect(verify(token)).resolves.toEqual({ ok: false, code });
      expect(documents.requests).toEqual([]);
    });
  });
});

describe('the key that verifies a token', () => {
  const nameless = ({ jwk }: SigningKey) => ({ ...jwk, kid: undefined });
  const verdict = async (keys: readonly unknown[], signing = key, header: Claims = {}) => {
    const { verify } = create(provider, createDocuments({ [jwksUri]: { keys } }));
    return verify(await signToken(signing, claims, header));
  };
  const noKid = { kid: undefined };

  it('is the only one, for a token without kid', async () => {
    await expect(verdict([key.jwk], key, noKid)).resolves.toEqual(accepted);
  });

  it('is the only one, if it has no kid', async () => {
    await expect(verdict([nameless(key)])).resolves.toEqual(accepted);
    await expect(verdict([nameless(key)], key, noKid)).resolves.toEqual(accepted);
  });

  it('is the only one that fits the algorithm', async () => {
    const others = await Promise.all(
      ['ES256', 'ES384', 'EdDSA', 'RS512'].map((alg) => createSigningKey(alg, alg)),
    );
    const keys = [...others.map(({ jwk }) => jwk), key.jwk];
    await expect(verdict(keys, key, noKid)).resolves.toEqual(accepted);
    for (const other of others) {
      await expect(verdict(keys, other, noKid)).resolves.toEqual(accepted);
    }
  });

  it('is ambiguous if several keys fit and none is selected by a kid', async () => {
    const ambiguous = { ok: false, code: 'key_ambiguous' };
    await expect(verdict([key.jwk, newKey.jwk], key, noKid)).resolves.toEqual(ambiguous);
    await expect(verdict([nameless(key), nameless(newKey)])).resolves.toEqual(ambiguous);
  });

  it('is the one with the kid of the token, even if others have no kid', async () => {
    await expect(verdict([nameless(newKey), key.jwk])).resolves.toEqual(accepted);
  });

  it('is selected by the algorithm if two keys have the same kid', async () => {
    const elliptic = await createSigningKey('key-1', 'ES256');
    await expect(verdict([elliptic.jwk, key.jwk])).resolves.toEqual(accepted);
  });

  it.each([
    ['of an unknown type', { kty: 'LMS', kid: 'odd', pub: 'x' }],
    ['without a type', { kid: 'odd' }],
    ['with an id that is a number', { kty: 'RSA', kid: 7, n: 'x', e: 'AQAB' }],
    ['without its numbers', { kty: 'RSA', kid: 'odd', alg: 'RS256' }],
    ['with invalid numbers', { kty: 'EC', kid: 'odd', crv: 'P-256', x: '!', y: '!' }],
    ['on an unknown curve', { kty: 'EC', kid: 'odd', crv: 'P-999', x: 'AA', y: 'AA' }],
    ['that is symmetric', { kty: 'oct', kid: 'odd', k: 'c2VjcmV0' }],
    ['that is null', null],
    ['that is a string', 'key'],
    ['that is a list', []],
  ])('is found in a set with an invalid key: one %s', async (_what, odd) => {
    await expect(verdict([odd, key.jwk])).resolves.toEqual(accepted);
    await expect(verdict([odd, key.jwk], key, noKid)).resolves.toEqual(accepted);
    await expect(verdict([odd, key.jwk], newKey, { kid: 'odd' })).resolves.toEqual(unknown);
    await expect(verdict([odd])).resolves.toEqual(unknown);
  });

  it.each([
    ['for encryption', { use: 'enc' }],
    ['for encryption by its key_ops', { key_ops: ['encrypt', 'wrapKey'] }],
  ])('is not one that is %s', async (_what, purpose) => {
    await expect(verdict([{ ...key.jwk, ...purpose }])).resolves.toEqual(unknown);
    const sameName = { ...newKey.jwk, ...purpose };
    await expect(verdict([sameName, key.jwk], key, noKid)).resolves.toEqual(accepted);
  });
});

describe('fetching keys', () => {
  it('happens once for several tokens at a cold start', async () => {
    const documents = serve(key);
    const { verify, fetchKeys } = create(provider, documents);
    const coldStart = fetchKeys();
    await Promise.all([1, 2, 3].map(async () => verify(await signToken(key, claims))));
    await coldStart;
    expect(documents.requests).toEqual([jwksUri]);
  });

  it('does not happen for a token with invalid claims', async () => {
    const documents = serve(key);
    const { verify } = create(provider, documents);
    for (const wrong of [{ exp: 1 }, { aud: 'x' }, { iss: 'x' }, { sub: '' }]) {
      await expect(verify(await signToken(key, { ...claims, ...wrong }))).resolves.toMatchObject({
        ok: false,
      });
    }
    expect(documents.requests).toEqual([]);
  });

  it.each([
    ['there is no answer', {}],
    ['the answer is not JSON', { [jwksUri]: '<html>' }],
    ['the answer is not a key set', { [jwksUri]: { keys: 'none' } }],
    ['the answer is a list', { [jwksUri]: [] }],
  ])(
    'fails with keys_unavailable if %s, and is repeated for the next token',
    async (_what, broken) => {
      const documents = createDocuments(broken);
      const { verify, fetchKeys } = create(provider, documents);
      const token = await signToken(key, claims);
      await expect(fetchKeys()).rejects.toMatchObject({ code: 'keys_unavailable' });
      await expect(verify(token)).rejects.toMatchObject({ code: 'keys_unavailable' });
      documents.documents[jwksUri] = { keys: [key.jwk] };
      await expect(verify(token)).resolves.toEqual(accepted);
    },
  );

  it('is repeated for a token that arrives during a failed fetch of a cold start', async () => {
    const documents = createDocuments({});
    const { verify, fetchKeys } = create(provider, documents);
    const token = await signToken(key, claims);
    const coldStart = fetchKeys();
    const verdict = verify(token);
    documents.documents[jwksUri] = { keys: [key.jwk] };
    await expect(coldStart).rejects.toMatchObject({ code: 'keys_unavailable' });
    await expect(verdict).resolves.toEqual(accepted);
  });

  const minute = 60_000;

  function watch(...keys: readonly SigningKey[]) {
    const documents = serve(...keys);
    const clock = { now: exp * 1000 - 550_000 };
    const { verify } = create(provider, { load: documents.load, now: () => clock.now });
    const publish = (...published: readonly SigningKey[]) => {
      documents.documents[jwksUri] = { keys: published.map(({ jwk }) => jwk) };
    };
    const endless = { ...claims, exp: exp + 1_000_000 };
    return {
      ...{ documents, clock, verify, publish },
      withdraw: () => (documents.documents[jwksUri] = undefined),
      ok: { ok: true, value: { userId: 'alice', expiresAt: (exp + 1_000_000) * 1000 } },
      tokenOf: (signing: SigningKey) => signToken(signing, endless),
    };
  }

  it('finds a new key with its first token, even immediately after a fetch because of an unknown key', async () => {
    const { clock, documents, publish, tokenOf, verify, ok } = watch(key);
    await expect(verify(await tokenOf(newKey))).resolves.toEqual(unknown);
    expect(documents.requests).toHaveLength(1);
    publish(key, newKey);
    clock.now += 1;
    await expect(verify(await tokenOf(newKey))).resolves.toEqual(ok);
    expect(documents.requests).toHaveLength(2);
  });

  it('is limited for tokens with unknown keys to six fetches at once and one every 10 s, which find new keys', async () => {
    const { clock, documents, publish, tokenOf, verify, ok } = watch(key);
    const forged = await tokenOf(otherKey);
    const flood = async (milliseconds: number) => {
      for (let tick = 0; tick < milliseconds; tick += 500) {
        clock.now += 500;
        await expect(verify(forged)).resolves.toEqual(unknown);
      }
    };
    await flood(9_000);
    expect(documents.requests).toHaveLength(6);
    await flood(10 * minute);
    expect(documents.requests.length).toBeLessThanOrEqual(6 + 61);

    publish(key, newKey);
    await flood(10_000);
    await expect(verify(await tokenOf(newKey))).resolves.toEqual(ok);
    await expect(verify(await tokenOf(key))).resolves.toEqual(ok);
  });

  it('finds a new key with the same kid if a signature does not match the old key', async () => {
    const { clock, documents, publish, tokenOf, verify, ok } = watch(key);
    await expect(verify(await tokenOf(key))).resolves.toEqual(ok);
    const successor = withKid(otherKey, 'key-1');
    publish(successor);
    clock.now += 1;
    await expect(verify(await tokenOf(successor))).resolves.toEqual(ok);
    const refused = { ok: false, code: 'signature_invalid' };
    await expect(verify(await tokenOf(key))).resolves.toEqual(refused);
    for (let forged = 0; forged < 50; forged += 1) {
      clock.now += 1;
      await expect(verify(await tokenOf(key))).resolves.toEqual(refused);
    }
    expect(documents.requests).toHaveLength(6);
  });

  it('is repeated after five minutes, so that a withdrawn key is not trusted longer', async () => {
    const { clock, documents, publish, tokenOf, verify, ok } = watch(key, newKey);
    await expect(verify(await tokenOf(key))).resolves.toEqual(ok);
    publish(newKey);
    clock.now += 5 * minute - 1;
    await expect(verify(await tokenOf(key))).resolves.toEqual(ok);
    expect(documents.requests).toHaveLength(1);
    clock.now += 1;
    await expect(verify(await tokenOf(key))).resolves.toEqual(unknown);
    await expect(verify(await tokenOf(newKey))).resolves.toEqual(ok);
    expect(documents.requests).toHaveLength(2);
  });

  it('accepts an empty key set, so that all keys can be withdrawn', async () => {
    const { clock, publish, tokenOf, verify, ok } = watch(key);
    await expect(verify(await tokenOf(key))).resolves.toEqual(ok);
    publish();
    clock.now += 5 * minute;
    await expect(verify(await tokenOf(key))).resolves.toEqual(unknown);
  });

  it('keeps the keys for an hour while the issuer is down, with one request a minute', async () => {
    const { clock, documents, publish, withdraw, tokenOf, verify, ok } = watch(key);
    const token = await tokenOf(key);
    await expect(verify(token)).resolves.toEqual(ok);
    withdraw();
    for (let passed = 5; passed < 60; passed += 1) {
      clock.now += passed === 5 ? 5 * minute : minute;
      await expect(verify(token)).resolves.toEqual(ok);
      await expect(verify(token)).resolves.toEqual(ok);
    }
    expect(documents.requests).toHaveLength(1 + 55);
    clock.now += minute;
    await expect(verify(token)).rejects.toMatchObject({ code: 'keys_unavailable' });
    publish(key);
    await expect(verify(token)).resolves.toEqual(ok);
  });

  it('while the issuer is down, gives keys_unavailable for an unknown key, and signature_invalid for a wrong signature', async () => {
    const { clock, withdraw, tokenOf, verify, ok } = watch(key);
    await expect(verify(await tokenOf(key))).resolves.toEqual(ok);
    withdraw();
    const impostor = withKid(otherKey, 'key-1');
    for (let attempt = 0; attempt < 10; attempt += 1) {
      clock.now += 1;
      await expect(verify(await tokenOf(newKey))).rejects.toMatchObject({
        code: 'keys_unavailable',
      });
      await expect(verify(await tokenOf(impostor))).resolves.toEqual({
        ok: false,
        code: 'signature_invalid',
      });
      await expect(verify(await tokenOf(key))).resolves.toEqual(ok);
    }
  });

  it('happens at most once per token, because the function has 15 s', async () => {
    const documents = serve(key);
    const clock = { now: exp * 1000 - 550_000 };
    const load = async (url: string) => {
      await new Promise((resolve) => setImmediate(resolve));
      clock.now += 9_000;
      return documents.load(url);
    };
    const { verify, fetchKeys } = create(provider, { load, now: () => clock.now });
    const token = await signToken(newKey, claims);
    const coldStart = fetchKeys();
    await expect(verify(token)).resolves.toEqual(unknown);
    await coldStart;
    expect(documents.requests).toHaveLength(1);
  });
});

describe('discovery', () => {
  it('finds the keys of the issuer', async () => {
    const documents = serve(key);
    documents.documents[discoveryUrl] = { issuer, jwks_uri: jwksUri, more: true };
    const { verify } = create(discovering, documents);
    await expect(verify(await signToken(key, claims))).resolves.toEqual(accepted);
    expect(documents.requests).toEqual([discoveryUrl, jwksUri]);
  });

  it('works for an issuer with a trailing slash', async () => {
    const slashed = `${issuer}/`;
    const documents = serve(key);
    documents.documents[discoveryUrl] = { issuer: slashed, jwks_uri: jwksUri };
    const { verify } = create({ ...discovering, issuer: slashed }, documents);
    await expect(verify(await signToken(key, { ...claims, iss: slashed }))).resolves.toEqual(
      accepted,
    );
  });

  it.each([
    ['another issuer', { issuer: 'https://evil.test', jwks_uri: jwksUri }, /another issuer/],
    ['its issuer with a slash', { issuer: `${issuer}/`, jwks_uri: jwksUri }, /another issuer/],
    ['no keys', { issuer }, /jwks_uri is missing/],
    ['keys at an http URL', { issuer, jwks_uri: 'http://keys.issuer.test/keys' }, /https URL/],
    ['keys at a file URL', { issuer, jwks_uri: 'file:///keys' }, /https URL/],
    ['HTML instead of JSON', '<html>', /JSON/],
  ])('fails for a document with %s', async (_what, document, cause) => {
    const documents = serve(key);
    documents.documents[discoveryUrl] = document;
    const { verify } = create(discovering, documents);
    await expect(verify(await signToken(key, claims))).rejects.toMatchObject({
      code: 'keys_unavailable',
      cause: { message: expect.stringMatching(cause) as string },
    });
    expect(documents.requests).toEqual([discoveryUrl]);
  });
});

describe('a Cognito user pool', () => {
  const pool = 'eu-central-1_AbCdEf123';
  const poolIssuer = `https://cognito-idp.eu-central-1.amazonaws.com/${pool}`;
  const cognito: IdentityProvider = {
    kind: 'cognito',
    userPoolId: pool,
    userPoolClientId: 'client-1',
  };
  const access = {
    iss: poolIssuer,
    sub: 'alice',
    exp,
    token_use: 'access',
    client_id: 'client-1',
  };
  const id = { iss: poolIssuer, sub: 'alice', exp, token_use: 'id', aud: 'client-1' };

  const verify = async (given: Claims, scopeRule?: ScopeRule) => {
    const documents = createDocuments({
      [`${poolIssuer}/.well-known/jwks.json`]: { keys: [key.jwk] },
    });
    const verifier = create(cognito, { ...documents, ...(scopeRule && { scopeRule }) });
    await verifier.fetchKeys();
    return verifier.verify(await signToken(key, given));
  };

  it.each([
    ['an access token', access],
    ['an ID token', id],
  ])('accepts %s', async (_what, given) => {
    await expect(verify(given)).resolves.toEqual(accepted);
  });

  it.each([
    ['an access token', access],
    ['an ID token', id],
  ])(
    'reads the scope of the groups in %s, and refuses a user without groups',
    async (_what, given) => {
      const rule = { claim: 'cognito:groups', template: '{value}/*' };
      const grouped = { ...given, 'cognito:groups': ['team-b', 'team-a'] };
      await expect(verify(grouped, rule)).resolves.toEqual({
        ok: true,
        value: { ...accepted.value, scope: ['team-a/*', 'team-b/*'] },
      });
      await expect(verify(given, rule)).resolves.toEqual({ ok: false, code: 'scope_missing' });
    },
  );

  it.each([
    ['an access token of another client', { ...access, client_id: 'client-2' }, 'audience_wrong'],
    ['an ID token of another client', { ...id, aud: 'client-2' }, 'audience_wrong'],
    ['an access token with our client as aud', { ...id, token_use: 'access' }, 'audience_wrong'],
    ['a token for another use', { ...access, token_use: 'refresh' }, 'token_use_wrong'],
    ['a token without a use', { ...id, token_use: undefined }, 'token_use_wrong'],
    ['a token of another pool', { ...access, iss: `${poolIssuer}4` }, 'issuer_wrong'],
    ['a token without an issuer', { ...access, iss: undefined }, 'issuer_wrong'],
    ['an expired token', { ...access, exp: 1 }, 'token_expired'],
    ['a token without an expiry', { ...access, exp: undefined }, 'expiry_missing'],
  ])('refuses %s', async (_what, given, code) => {
    await expect(verify(given)).resolves.toEqual({ ok: false, code });
  });

  it('accepts a token of each of several clients, as of users and of machines, and of no other one', async () => {
    const keysUrl = `${poolIssuer}/.well-known/jwks.json`;
    const { verify } = create(cognito, {
      ...createDocuments({ [keysUrl]: { keys: [key.jwk] } }),
      audiences: ['client-1', 'machines'],
    });
    const verdictOf = async (given: Claims) => verify(await signToken(key, given));
    const ids = ['client-1', 'machines', 'client-2'];
    const verdicts = ids.map((one) => verdictOf({ ...access, client_id: one }));
    await expect(Promise.all(verdicts)).resolves.toEqual([accepted, accepted, wrongAudience]);
    const ofIds = ids.map((one) => verdictOf({ ...id, aud: one }));
    await expect(Promise.all(ofIds)).resolves.toEqual([accepted, accepted, wrongAudience]);
  });

  it('has a second issuer URL with separate keys', async () => {
    const second = `https://issuer-cognito-idp.eu-central-1.amazonaws.com/${pool}`;
    const documents = createDocuments({
      [`${second}/.well-known/jwks.json`]: { keys: [key.jwk] },
    });
    const verifier = create(cognito, documents);
    const token = await signToken(key, { ...access, iss: second });
    await expect(verifier.verify(token)).resolves.toEqual(accepted);
  });
});
