// The JWT authorizer of HTTP APIs in the local gateway, compared with the documentation of API Gateway.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { createAuthorizeJwt } from '#local/gateway/http/jwt-authorizer';

const scope = 'mission-control/report';
const audiences = ['machines', 'client-1'];
let server: Server;
let url: string;
let rsa: { privateKey: CryptoKey };
let elliptic: { privateKey: CryptoKey };
const keys: JWK[] = [];

beforeAll(async () => {
  const pair = await generateKeyPair('RS256');
  const curve = await generateKeyPair('ES256');
  keys.push({ ...(await exportJWK(pair.publicKey)), kid: 'rsa', alg: 'RS256' });
  keys.push({ ...(await exportJWK(curve.publicKey)), kid: 'curve', alg: 'ES256' });
  [rsa, elliptic] = [pair, curve];
  server = createServer((request, response) => {
    const isDiscovery = request.url === '/.well-known/openid-configuration';
    response.end(JSON.stringify(isDiscovery ? { issuer: url, jwks_uri: `${url}/keys` } : { keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const seconds = () => Math.floor(Date.now() / 1000);
const good = () => ({ iss: url, aud: 'machines', exp: seconds() + 60, scope });

const sign = (
  claims: Record<string, unknown>,
  header: { alg: string; kid?: string } = { alg: 'RS256', kid: 'rsa' },
  key = rsa.privateKey,
) => new SignJWT(claims).setProtectedHeader(header).sign(key);

/** The decision of an authorizer whose issuer is found by discovery, as on AWS. */
const decide = (authorization: string | undefined, scopes: readonly string[] = [scope]) =>
  createAuthorizeJwt({ issuer: url, audiences, scopes })(authorization);

it('passes on the claims of a token as text, and its scopes', async () => {
  const claims = {
    ...good(),
    ...{ sub: 'machine', iat: seconds(), email_verified: true, scope: `openid ${scope}` },
    ...{ 'cognito:groups': ['team-a', 'team-b'], address: { country: 'DE' } },
  };
  expect(await decide(`Bearer ${await sign(claims)}`)).toEqual({
    allowed: true,
    jwt: {
      claims: {
        ...claims,
        ...{ exp: String(claims.exp), iat: String(claims.iat), email_verified: 'true' },
        ...{ 'cognito:groups': '[team-a team-b]', address: 'map[country:DE]' },
      },
      scopes: ['openid', scope],
    },
  });
});

it.each([
  ['without the scheme', (token: string) => token],
  ['with another case of the scheme', (token: string) => `bearer ${token}`],
])('accepts a token %s', async (_what, header) => {
  expect(await decide(header(await sign(good())))).toMatchObject({ allowed: true });
});

it.each([
  ['a list of audiences', { aud: ['other', 'machines'] }],
  [
    'client_id instead of aud, as the access tokens of Cognito have it',
    { aud: undefined, client_id: 'client-1' },
  ],
  ['scp as a list', { scope: undefined, scp: ['openid', scope] }],
  ['scp as a text', { scope: undefined, scp: `openid ${scope}` }],
  ['nbf in the past', { nbf: 1 }],
])('accepts a token with %s', async (_what, claims) => {
  expect(await decide(`Bearer ${await sign({ ...good(), ...claims })}`)).toMatchObject({
    allowed: true,
  });
});

it('requires no scope for a route without one, and then passes none on', async () => {
  const token = await sign({ ...good(), scope: 'other' });
  expect(await decide(`Bearer ${token}`, [])).toMatchObject({ jwt: { scopes: null } });
});

it.each([undefined, '', 'Bearer '])('answers 401 without a token: %j', async (header) => {
  expect(await decide(header)).toEqual({ allowed: false, status: 401, challenge: 'Bearer' });
});

it.each<[string, Record<string, unknown>]>([
  ['has another audience', { aud: 'others' }],
  ['has another aud, although its client_id is right', { aud: 'others', client_id: 'client-1' }],
  ['has no audience', { aud: undefined }],
  ['has another issuer', { iss: 'https://other.example.com' }],
  ['has no issuer', { iss: undefined }],
  ['has expired', { exp: 1 }],
  ['does not expire', { exp: undefined }],
  ['is not valid yet', { nbf: Math.floor(Date.now() / 1000) + 3_600 }],
  ['was issued in the future', { iat: Math.floor(Date.now() / 1000) + 3_600 }],
])('answers 401 for a token that %s', async (_what, claims) => {
  const verdict = await decide(`Bearer ${await sign({ ...good(), ...claims })}`);
  expect(verdict).toMatchObject({ allowed: false, status: 401 });
  expect(!verdict.allowed && verdict.challenge).toMatch(
    /^Bearer scope="mission-control\/report" error="invalid_token" error_description="[^"]+"$/,
  );
});

it.each([
  ['no key id', () => sign(good(), { alg: 'RS256' })],
  ['an unknown key id', () => sign(good(), { alg: 'RS256', kid: 'other' })],
  [
    'an algorithm that is not based on RSA',
    () => sign(good(), { alg: 'ES256', kid: 'curve' }, elliptic.privateKey),
  ],
  ['a changed signature', async () => `${await sign(good())}x`],
  ['no form of a token', () => 'x.y.z'],
])('answers 401 for a token with %s', async (_what, token) => {
  expect(await decide(`Bearer ${await token()}`)).toMatchObject({ allowed: false, status: 401 });
});

it('describes a wrong audience as documented', async () => {
  const verdict = await decide(`Bearer ${await sign({ ...good(), aud: 'others' })}`);
  expect(!verdict.allowed && verdict.challenge).toContain(
    'error="invalid_token" error_description="the token does not have a valid audience"',
  );
});

it.each([
  ['no scope', undefined],
  ['other scopes', 'mission-control/reports openid'],
  ['a part of the scope', 'mission-control'],
  ['scopes that are no text', 1],
])('answers 403 for a token with %s', async (_what, given) => {
  const verdict = await decide(`Bearer ${await sign({ ...good(), scope: given })}`);
  expect(verdict).toMatchObject({ allowed: false, status: 403 });
  expect(!verdict.allowed && verdict.challenge).toContain('error="insufficient_scope"');
});

it('answers 401 while the keys of the issuer cannot be fetched, and asks for them again', async () => {
  let isDown = true;
  const asked = jest
    .spyOn(globalThis, 'fetch')
    .mockImplementation(() =>
      isDown
        ? Promise.reject(new Error('down'))
        : Promise.resolve(Response.json({ issuer: url, jwks_uri: `${url}/keys` })),
    );
  try {
    const authorize = createAuthorizeJwt({ issuer: url, audiences, scopes: [scope] });
    const token = `Bearer ${await sign(good())}`;
    expect(await authorize(token)).toMatchObject({ allowed: false, status: 401 });
    isDown = false;
    asked.mockRestore();
    expect(await authorize(token)).toMatchObject({ allowed: true });
  } finally {
    asked.mockRestore();
  }
});
