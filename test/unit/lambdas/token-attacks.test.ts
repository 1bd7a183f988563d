// Tokens that must neither open nor refresh a connection, nor report an event, each with the code that identifies the cause in the log.
import { createHmac } from 'node:crypto';
import { exportSPKI } from 'jose';
import { createJwtTokenVerifier } from '#adapters/jwt/jwt-token-verifier';
import { createHandler } from '#lambdas/authorizer/handler';
import { createHandler as createReportHandler } from '#lambdas/report/handler';
import { createAuthenticate } from '#core/auth/authenticate';
import { createAuthorize } from '#core/auth/authorize';
import type { ScopeRule } from '#core/auth/read-scope';
import type { Connection } from '#core/connections/ports';
import type { TokenRefusal } from '#core/auth/ports';
import { createRefreshToken } from '#core/requests/refresh-token';
import { createWhoami } from '#core/requests/whoami';
import { MemoryConnectionStore } from '#test/support/core/fakes';
import {
  createDocuments,
  createSigningKey,
  forgeToken,
  signToken,
  type Claims,
  type SigningKey,
} from '#test/support/adapters/token-issuer';

const issuer = 'https://issuer.test';
const jwksUri = 'https://issuer.test/keys';
const audience = 'mission-control';
const now = 1_770_000_000_000;
const seconds = now / 1000;

const goodClaims = { iss: issuer, aud: audience, sub: 'alice', exp: seconds + 60 };

let key: SigningKey;
let impostor: SigningKey;
const documents = createDocuments({});
const lines: unknown[] = [];
const write =
  (level: string) =>
  (...line: unknown[]) => {
    lines.push([level, ...line]);
  };

beforeAll(async () => {
  key = await createSigningKey('key-1');
  // Another key with the same key id, as an attacker would choose.
  impostor = await createSigningKey('key-1');
  documents.documents[jwksUri] = { keys: [key.jwk] };
});

beforeEach(() => {
  jest.useFakeTimers({ now, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  lines.length = 0;
  documents.requests.length = 0;
});

afterEach(() => {
  jest.useRealTimers();
});

/** Created as in `lambdas/wiring`, with the fake clock of Jest. */
function createAuthentication(scopeRule?: ScopeRule) {
  const verifier = createJwtTokenVerifier(
    { kind: 'oidc', issuer, audience, jwksUri },
    { load: documents.load },
  );
  return createAuthenticate({ verifier, now: Date.now, scopeRule });
}

function connectWith(token: string | undefined, scopeRule?: ScopeRule) {
  const handler = createHandler({
    authorize: createAuthorize({ authenticate: createAuthentication(scopeRule) }),
    source: { service: 'authorizer', stage: 'live' },
    count: () => undefined,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
  });
  return handler({
    methodArn: 'arn:aws:execute-api:eu-central-1:123456789012:api/live/$connect',
    requestContext: { requestId: 'request-1' },
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
  });
}

/** Reports an event over HTTPS. API Gateway has accepted the token, as an attacker would need: the function decides alone. */
async function reportWith(token: string | undefined) {
  const reportEvents = jest.fn(() => Promise.resolve([{ outcome: 'accepted' } as const]));
  const handler = createReportHandler({
    whoami: createWhoami({
      authenticate: createAuthentication(),
      connections: new MemoryConnectionStore(),
      now: Date.now,
    }),
    reportEvents,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
  });
  const payload = { agentId: 'a', status: 'online', timestamp: now };
  const { statusCode, body } = await handler({
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: JSON.stringify({ type: 'agent:status', payload }),
    isBase64Encoded: false,
    requestContext: { requestId: 'request-1', authorizer: { jwt: {} } },
  });
  return {
    statusCode,
    body: JSON.parse(body ?? '') as unknown,
    reports: reportEvents.mock.calls.length,
  };
}

/** Sends `token:refresh` as the connected user alice. `refreshed` is whether the expiry of the connection changed. */
async function refreshWith(token: string) {
  const connections = new MemoryConnectionStore();
  const [connection] = connections.seed(now, ['alice']) as [Connection];
  connections.records.set(connection.connectionId, { ...connection, expiresAt: now + 1_000 });
  const refresh = createRefreshToken({
    authenticate: createAuthentication(),
    connections,
    postMessages: () => Promise.reject(new Error('the service has no scopes')),
    now: () => now,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
  });
  const message = await refresh(connection, token, now + 20_000);
  const refreshed = connections.records.get(connection.connectionId)?.expiresAt !== now + 1_000;
  return { message, refreshed };
}

const signed = (claims: Claims, header?: Claims) => () =>
  signToken(key, { ...goodClaims, ...claims }, header);
const without = (name: keyof typeof goodClaims) => () =>
  signToken(
    key,
    Object.fromEntries(Object.entries(goodClaims).filter(([claim]) => claim !== name)),
  );
const unsigned = (alg: unknown) => () => forgeToken({ alg, kid: 'key-1' }, goodClaims);
const symmetric = (secretOf: () => Promise<string> | string, alg = 'HS256') => {
  return async () => {
    const input = forgeToken({ alg, kid: 'key-1' }, goodClaims).replace(/\.$/, '');
    const digest = alg.replace('HS', 'sha');
    return `${input}.${createHmac(digest, await secretOf())
      .update(input)
      .digest('base64url')}`;
  };
};
const tampered = (part: number, replacement: (part: string) => string) => async () => {
  const parts = (await signToken(key, goodClaims)).split('.');
  return parts.map((text, index) => (index === part ? replacement(text) : text)).join('.');
};

type Attack = [what: string, token: () => Promise<string> | string | undefined, code: TokenRefusal];

const attacks: Attack[] = [
  ['no token', () => undefined, 'token_missing'],
  ['an empty token', () => '', 'token_missing'],
  ['garbage', () => 'garbage', 'token_malformed'],
  ['three parts of garbage', () => 'gar.ba.ge', 'token_malformed'],
  ['two parts', async () => (await signed({})()).replace(/\.[^.]*$/, ''), 'token_malformed'],
  ['five parts, as an encrypted token has', () => 'a.b.c.d.e', 'token_malformed'],
  ['a good token cut off', async () => (await signed({})()).slice(0, 60), 'token_malformed'],
  ['a good token with a newline', async () => `${await signed({})()}\nx`, 'token_malformed'],
  ['20 KB of claims', signed({ more: 'x'.repeat(20_000) }), 'token_malformed'],
  ['a header that is a list', () => forgeToken(['RS256'], goodClaims, 'x'), 'token_malformed'],
  ['claims that are null', () => signToken(key, null), 'token_malformed'],
  ['claims that are a list', () => signToken(key, [goodClaims]), 'token_malformed'],
  [
    'a header with 2,000 nested brackets',
    () => `${Buffer.from('['.repeat(2000)).toString('base64url')}.e30.x`,
    'token_malformed',
  ],
  ['a key id that is a list', signed({}, { kid: ['key-1'] }), 'token_malformed'],

  ['alg none', unsigned('none'), 'algorithm_not_allowed'],
  ['alg None', unsigned('None'), 'algorithm_not_allowed'],
  ['alg NONE', unsigned('NONE'), 'algorithm_not_allowed'],
  ['alg nOnE', unsigned('nOnE'), 'algorithm_not_allowed'],
  ['an empty alg', unsigned(''), 'algorithm_not_allowed'],
  ['no alg', unsigned(undefined), 'algorithm_not_allowed'],
  ['an alg that is a list', unsigned(['RS256']), 'algorithm_not_allowed'],
  ['an alg with a trailing space', unsigned('RS256 '), 'algorithm_not_allowed'],
  [
    'alg none with the signature of a good token',
    async () => `${unsigned('none')()}${(await signed({})()).split('.')[2] ?? ''}`,
    'algorithm_not_allowed',
  ],
  [
    'HS256 with the public key in PEM as secret',
    symmetric(() => exportSPKI(key.publicKey)),
    'algorithm_not_allowed',
  ],
  [
    'HS512 with the public key in PEM as secret',
    symmetric(() => exportSPKI(key.publicKey), 'HS512'),
    'algorithm_not_allowed',
  ],
  [
    'HS256 with the public JWK as secret',
    symmetric(() => JSON.stringify(key.jwk)),
    'algorithm_not_allowed',
  ],
  ['HS256 with an empty secret', symmetric(() => ''), 'algorithm_not_allowed'],
  [
    'an algorithm that the key is not for',
    () => forgeToken({ alg: 'RS512', kid: 'key-1' }, goodClaims, 'x'),
    'algorithm_not_allowed',
  ],

  ['an invalid signature', tampered(2, () => 'AAAA'), 'signature_invalid'],
  ['no signature', tampered(2, () => ''), 'token_malformed'],
  [
    'claims changed after signing',
    tampered(1, () =>
      Buffer.from(JSON.stringify({ ...goodClaims, sub: 'root' })).toString('base64url'),
    ),
    'signature_invalid',
  ],
  ['another key with the same id', () => signToken(impostor, goodClaims), 'signature_invalid'],
  [
    'a key in the token',
    () => signToken(impostor, goodClaims, { jwk: impostor.jwk }),
    'signature_invalid',
  ],
  [
    'a URL of keys in the token',
    () => signToken(impostor, goodClaims, { jku: 'https://evil.test/keys' }),
    'signature_invalid',
  ],
  [
    'a certificate URL in the token',
    () => signToken(impostor, goodClaims, { x5u: 'https://evil.test/cert', x5c: ['x'] }),
    'signature_invalid',
  ],
  ['an unknown key id', () => signToken(impostor, goodClaims, { kid: 'key-2' }), 'key_unknown'],
  [
    'no key id, and an unknown key',
    () => signToken(impostor, goodClaims, { kid: undefined }),
    'signature_invalid',
  ],
  ['an empty key id', signed({}, { kid: '' }), 'key_unknown'],
  ['a path as key id', signed({}, { kid: '../../../dev/null' }), 'key_unknown'],
  ['__proto__ as key id', signed({}, { kid: '__proto__' }), 'key_unknown'],
  ['a critical extension', signed({}, { crit: ['x'], x: 1 }), 'extension_not_supported'],
  [
    'an unencoded payload',
    () => forgeToken({ alg: 'RS256', kid: 'key-1', crit: ['b64'], b64: false }, goodClaims, 'x'),
    'extension_not_supported',
  ],

  ['an expiry in the past', signed({ exp: seconds - 1 }), 'token_expired'],
  ['an expiry at the current time', signed({ exp: seconds }), 'token_expired'],
  ['an expiry within the current second', signed({ exp: seconds + 0.9 }), 'token_expired'],
  ['an expiry long before the epoch', signed({ exp: -1e12 }), 'token_expired'],
  ['no expiry', without('exp'), 'expiry_missing'],
  ['an expiry that is text', signed({ exp: String(seconds + 60) }), 'token_malformed'],
  ['an expiry that is null', signed({ exp: null }), 'token_malformed'],
  ['an expiry beyond the range of a date', signed({ exp: 1e300 }), 'token_malformed'],
  ['a not-before time in the future', signed({ nbf: seconds + 61 }), 'token_not_yet_valid'],
  ['a not-before time that is text', signed({ nbf: '0' }), 'token_malformed'],
  ['an issue time in the future', signed({ iat: seconds + 61 }), 'issued_in_future'],
  ['an issue time in milliseconds', signed({ iat: now }), 'issued_in_future'],
  ['an issue time that is text', signed({ iat: String(seconds) }), 'token_malformed'],
  ['an issue time that is null', signed({ iat: null }), 'token_malformed'],
  ['an issue time that is a list', signed({ iat: [seconds] }), 'token_malformed'],
  ['an issue time before the epoch', signed({ iat: -1 }), 'token_malformed'],
  ['an issue time beyond the range of a date', signed({ iat: 1e300 }), 'token_malformed'],

  ['another issuer', signed({ iss: 'https://evil.test' }), 'issuer_wrong'],
  ['no issuer', without('iss'), 'issuer_wrong'],
  ['the issuer with a trailing slash', signed({ iss: `${issuer}/` }), 'issuer_wrong'],
  ['the issuer in capitals', signed({ iss: issuer.toUpperCase() }), 'issuer_wrong'],
  ['a list of issuers', signed({ iss: [issuer] }), 'token_malformed'],
  ['another audience', signed({ aud: 'billing' }), 'audience_wrong'],
  ['no audience', without('aud'), 'audience_wrong'],
  ['an audience with ours as prefix', signed({ aud: `${audience}-x` }), 'audience_wrong'],
  ['several audiences, none ours', signed({ aud: ['billing', 'mail'] }), 'audience_wrong'],
  ['an empty list of audiences', signed({ aud: [] }), 'audience_wrong'],

  ['no subject', without('sub'), 'subject_invalid'],
  ['an empty subject', signed({ sub: '' }), 'subject_invalid'],
  ['an object as subject', signed({ sub: { name: 'alice' } }), 'subject_invalid'],
  ['a number as subject', signed({ sub: 7 }), 'subject_invalid'],
  ['a subject of 300 bytes', signed({ sub: 'x'.repeat(300) }), 'subject_invalid'],
  ['a subject of 128 letters, 256 bytes', signed({ sub: 'ä'.repeat(128) }), 'subject_invalid'],
];

function expectNoSecret(token = ''): void {
  for (const secret of [token, ...token.split('.')]) {
    if (secret.length > 5) expect(JSON.stringify(lines)).not.toContain(secret);
  }
  expect(documents.requests.filter((url) => url !== jwksUri)).toEqual([]);
}

it.each(attacks)('does not open a connection: %s', async (_what, makeToken, code) => {
  const token = await makeToken();

  const error: unknown = await connectWith(token).catch((thrown: unknown) => thrown);

  expect(error).toEqual(new Error('Unauthorized'));
  // Only Lambda's runtime logs the error, as JSON.
  lines.push(JSON.parse(JSON.stringify(error)) as never);
  expect(lines).toEqual([expect.objectContaining({ code, requestId: 'request-1' })]);
  expectNoSecret(token);
});

it.each(attacks)('does not report an event: %s', async (_what, makeToken, code) => {
  const token = await makeToken();

  await expect(reportWith(token)).resolves.toEqual({ statusCode: 401, body: { code }, reports: 0 });

  expect(lines).toEqual([['info', 'report refused', { code, requestId: 'request-1' }]]);
  expectNoSecret(token);
});

it('reports an event with a valid token', async () => {
  await expect(reportWith(await signed({})())).resolves.toEqual({
    statusCode: 202,
    body: { accepted: 1 },
    reports: 1,
  });
});

const otherUsers: Attack[] = [
  ['a token of another user', signed({ sub: 'mallory' }), 'user_wrong' as TokenRefusal],
  [
    'a token of a user with the same prefix',
    signed({ sub: 'alice ' }),
    'user_wrong' as TokenRefusal,
  ],
  ['a token of a user in capitals', signed({ sub: 'ALICE' }), 'user_wrong' as TokenRefusal],
];
// A refresh without a token is not a valid message of the protocol.
const refreshAttacks = [...attacks.filter(([, , code]) => code !== 'token_missing'), ...otherUsers];

it.each(refreshAttacks)('does not refresh a connection: %s', async (_what, makeToken, code) => {
  const token = (await makeToken()) ?? '';

  await expect(refreshWith(token)).resolves.toEqual({
    message: {
      type: 'error',
      payload: { code: 'token_refused', message: expect.any(String) as unknown },
    },
    refreshed: false,
  });

  expect(lines).toEqual([['warn', 'token refused', expect.objectContaining({ code })]]);
  expectNoSecret(token);
});

it('refreshes the connection with a valid token of the same user', async () => {
  await expect(refreshWith(await signed({})())).resolves.toEqual({
    message: { type: 'token:refreshed', payload: { expiresAt: now + 60_000 } },
    refreshed: true,
  });
});

it.each([
  ['one audience', {}],
  ['ours among several audiences', { aud: ['billing', audience] }],
  ['a subject of 255 bytes', { sub: 'x'.repeat(255) }],
  ['a not-before time now', { nbf: seconds }],
  ['a not-before time of a clock that is a minute ahead', { nbf: seconds + 60 }],
])('opens a connection with a valid token: %s', async (_what, claims) => {
  const expected = { ...goodClaims, ...claims };

  await expect(connectWith(await signed(claims)())).resolves.toEqual({
    principalId: expected.sub,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: 'Allow',
          Resource: 'arn:aws:execute-api:eu-central-1:123456789012:api/live/$connect',
        },
      ],
    },
    context: { userId: expected.sub, expiresAt: now + 60_000 },
  });
  expect(lines).toEqual([]);
});

describe('with scopes', () => {
  const agents = { claim: 'agents' };
  const groups = { claim: 'cognito:groups', template: '{value}/*' };

  it.each<[string, Claims, ScopeRule, TokenRefusal]>([
    ['no claim', {}, agents, 'scope_missing'],
    ['null', { agents: null }, agents, 'scope_missing'],
    ['an empty list', { agents: [] }, agents, 'scope_missing'],
    ['a claim in another case', { Agents: '*' }, agents, 'scope_missing'],
    ['a claim in another claim', { a: { gents: '*' } }, { claim: 'a.gents' }, 'scope_missing'],
    ['a claim of the prototype', {}, { claim: 'constructor' }, 'scope_missing'],
    ['the prototype itself', {}, { claim: '__proto__' }, 'scope_missing'],
    ['a claim in __proto__', { ['__proto__']: { agents: '*' } }, agents, 'scope_missing'],
    // The library drops a claim with this name.
    ['a __proto__', { ['__proto__']: ['x'] }, { claim: '__proto__' }, 'scope_missing'],
    ['a number', { agents: 0 }, agents, 'scope_invalid'],
    ['a boolean', { agents: true }, agents, 'scope_invalid'],
    ['an object', { agents: { 0: '*', length: 1 } }, agents, 'scope_invalid'],
    ['a nested list', { agents: [['*']] }, agents, 'scope_invalid'],
    ['an asterisk inside', { agents: 'team-a*/x' }, agents, 'scope_invalid'],
    ['a lone surrogate', { agents: ['\ud83d*'] }, agents, 'scope_invalid'],
    ['an empty group', { 'cognito:groups': [''] }, groups, 'scope_invalid'],
    ['1,500 patterns', { agents: Array(1_500).fill('a') }, agents, 'scope_too_large'],
  ])('does not open a connection: %s', async (_what, claims, rule, code) => {
    const token = await signed(claims)();
    const error: unknown = await connectWith(token, rule).catch((thrown: unknown) => thrown);
    expect(error).toEqual(new Error('Unauthorized'));
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code, place: 'authorization' });
    expectNoSecret(token);
  });

  it.each<[string, Claims, ScopeRule, string[]]>([
    ['a list', { agents: ['team-a/*', 'shared'] }, agents, ['shared', 'team-a/*']],
    ['a text', { agents: 'team-a/* shared' }, agents, ['shared', 'team-a/*']],
    ['groups', { 'cognito:groups': ['team-a', '*'] }, groups, ['\\*/*', 'team-a/*']],
  ])('opens a connection with the scope of %s', async (_what, claims, rule, scope) => {
    const answer = await connectWith(await signed(claims)(), rule);
    expect(answer.context?.['scope']).toBe(JSON.stringify(scope));
  });
});
