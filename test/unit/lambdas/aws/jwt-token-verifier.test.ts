// Which tokens are accepted, whose keys they are checked with, and what happens when keys cannot be had.
import { createJwtTokenVerifier } from '../../../../lambdas/aws/jwt-token-verifier';
import type { IdentityProvider } from '../../../../lambdas/contract';
import {
  createDocuments,
  createSigningKey,
  signToken,
  type Claims,
  type SigningKey,
} from '../../../support/token-issuer';

const issuer = 'https://issuer.test/tenant';
const discoveryUrl = 'https://issuer.test/tenant/.well-known/openid-configuration';
const jwksUri = 'https://keys.issuer.test/keys';
const provider: IdentityProvider = { kind: 'oidc', issuer, audience: 'mission-control', jwksUri };
const discovering: IdentityProvider = { kind: 'oidc', issuer, audience: 'mission-control' };

const exp = Math.floor(Date.now() / 1000) + 600;
const claims = { iss: issuer, aud: 'mission-control', sub: 'alice', exp };
const accepted = { ok: true, value: { userId: 'alice', expiresAt: exp * 1000 } };
const unknown = { ok: false, code: 'key_unknown' };

let key: SigningKey;
let newKey: SigningKey;

beforeAll(async () => {
  key = await createSigningKey('key-1');
  newKey = await createSigningKey('key-2');
});

const serve = (...keys: readonly SigningKey[]) =>
  createDocuments({ [jwksUri]: { keys: keys.map(({ jwk }) => jwk) } });

function create(...given: Parameters<typeof createJwtTokenVerifier>) {
  const verifier = createJwtTokenVerifier(...given);
  return {
    verify: (token: string) => verifier.verify(token),
    fetchKeys: () => verifier.fetchKeys(),
  };
}

test.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
  'accepts %s',
  async (alg) => {
    const signing = await createSigningKey('key', alg);
    const { verify } = create(provider, serve(signing));
    await expect(verify(await signToken(signing, claims))).resolves.toEqual(accepted);
  },
);

test('rounds a fractional expiry down to the second', async () => {
  const { verify } = create(provider, serve(key));
  const token = await signToken(key, { ...claims, exp: exp + 0.9 });
  await expect(verify(token)).resolves.toEqual(accepted);
});

test('a key that is not for signatures verifies nothing', async () => {
  const documents = createDocuments({ [jwksUri]: { keys: [{ ...key.jwk, use: 'enc' }] } });
  const { verify } = create(provider, documents);
  await expect(verify(await signToken(key, claims))).resolves.toEqual(unknown);
});

describe('fetching keys', () => {
  test('happens once for many tokens, at cold start', async () => {
    const documents = serve(key);
    const { verify, fetchKeys } = create(provider, documents);
    const coldStart = fetchKeys();
    await Promise.all([1, 2, 3].map(async () => verify(await signToken(key, claims))));
    await coldStart;
    expect(documents.requests).toEqual([jwksUri]);
  });

  test('never happens for a token that is refused anyway', async () => {
    const documents = serve(key);
    const { verify } = create(provider, documents);
    for (const wrong of [{ exp: 1 }, { aud: 'x' }, { iss: 'x' }, { sub: '' }]) {
      await expect(verify(await signToken(key, { ...claims, ...wrong }))).resolves.toMatchObject({
        ok: false,
      });
    }
    expect(documents.requests).toEqual([]);
  });

  test.each([
    ['nobody answers', {}],
    ['the answer is no JSON', { [jwksUri]: '<html>' }],
    ['the answer is no key set', { [jwksUri]: { keys: 'none' } }],
    ['the answer holds a broken key', { [jwksUri]: { keys: [{ kid: 'key-1' }] } }],
  ])('when %s there is no verdict, and the next token tries again', async (_what, broken) => {
    const documents = createDocuments(broken);
    const { verify, fetchKeys } = create(provider, documents);
    const token = await signToken(key, claims);
    await expect(fetchKeys()).rejects.toMatchObject({ code: 'keys_unavailable' });
    await expect(verify(token)).rejects.toMatchObject({ code: 'keys_unavailable' });
    documents.documents[jwksUri] = { keys: [key.jwk] };
    await expect(verify(token)).resolves.toEqual(accepted);
  });

  test('a token that arrives during a cold start which fails gets a try of its own', async () => {
    const documents = createDocuments({});
    const { verify, fetchKeys } = create(provider, documents);
    const token = await signToken(key, claims);
    const coldStart = fetchKeys();
    const verdict = verify(token);
    documents.documents[jwksUri] = { keys: [key.jwk] };
    await expect(coldStart).rejects.toMatchObject({ code: 'keys_unavailable' });
    await expect(verdict).resolves.toEqual(accepted);
  });

  test('a key that is new at the issuer is found; unknown ones make us ask every ten seconds', async () => {
    const documents = serve(key);
    let now = Date.now();
    const { verify } = create(provider, { load: documents.load, now: () => now });
    const rotated = await signToken(newKey, claims);
    await expect(verify(rotated)).resolves.toEqual(unknown);
    expect(documents.requests).toHaveLength(1);

    documents.documents[jwksUri] = { keys: [key.jwk, newKey.jwk] };
    now += 9_999;
    await expect(verify(rotated)).resolves.toEqual(unknown);
    await expect(verify(await signToken(key, claims))).resolves.toEqual(accepted);
    expect(documents.requests).toHaveLength(1);

    now += 1;
    await expect(verify(rotated)).resolves.toEqual(accepted);
    expect(documents.requests).toHaveLength(2);
  });
});

describe('discovery', () => {
  test('leads from the issuer to its keys', async () => {
    const documents = serve(key);
    documents.documents[discoveryUrl] = { issuer, jwks_uri: jwksUri, more: true };
    const { verify } = create(discovering, documents);
    await expect(verify(await signToken(key, claims))).resolves.toEqual(accepted);
    expect(documents.requests).toEqual([discoveryUrl, jwksUri]);
  });

  test('works for an issuer with a trailing slash', async () => {
    const slashed = `${issuer}/`;
    const documents = serve(key);
    documents.documents[discoveryUrl] = { issuer: slashed, jwks_uri: jwksUri };
    const { verify } = create({ ...discovering, issuer: slashed }, documents);
    await expect(verify(await signToken(key, { ...claims, iss: slashed }))).resolves.toEqual(
      accepted,
    );
  });

  test.each([
    ['another issuer', { issuer: 'https://evil.test', jwks_uri: jwksUri }, /another issuer/],
    ['its issuer with a slash', { issuer: `${issuer}/`, jwks_uri: jwksUri }, /another issuer/],
    ['no keys', { issuer }, /jwks_uri is missing/],
    ['keys in the clear', { issuer, jwks_uri: 'http://keys.issuer.test/keys' }, /https URL/],
    ['keys in a file', { issuer, jwks_uri: 'file:///keys' }, /https URL/],
    ['nothing that is JSON', '<html>', /JSON/],
  ])('of a document that names %s fails', async (_what, document, cause) => {
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

  const verify = async (given: Claims) => {
    const documents = createDocuments({
      [`${poolIssuer}/.well-known/jwks.json`]: { keys: [key.jwk] },
    });
    const verifier = createJwtTokenVerifier(cognito, documents);
    await verifier.fetchKeys();
    return verifier.verify(await signToken(key, given));
  };

  test.each([
    ['an access token', access],
    ['an ID token', id],
  ])('lets %s in', async (_what, given) => {
    await expect(verify(given)).resolves.toEqual(accepted);
  });

  test.each([
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

  test('has a second issuer URL with keys of its own', async () => {
    const second = `https://issuer-cognito-idp.eu-central-1.amazonaws.com/${pool}`;
    const documents = createDocuments({
      [`${second}/.well-known/jwks.json`]: { keys: [key.jwk] },
    });
    const verifier = createJwtTokenVerifier(cognito, documents);
    const token = await signToken(key, { ...access, iss: second });
    await expect(verifier.verify(token)).resolves.toEqual(accepted);
  });
});
