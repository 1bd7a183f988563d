// Handshakes: every invalid token gets HTTP 401, which a client sees as close code 1006; valid tokens open connections.
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { startLocalStack, type LocalStack } from '#local/index';
import { TestClient } from '../support/stack/test-client';
import { eventually } from '../support/eventually';

let stack: LocalStack;
const lines: string[] = [];

beforeAll(async () => {
  stack = await startLocalStack({
    settings: { allowedOrigins: ['https://app.example.com'] },
    log: (line) => lines.push(JSON.stringify(line)),
  });
});
afterAll(() => stack.close());

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function partsOf(token: string): [string, string, string] {
  return token.split('.') as [string, string, string];
}

function headerOf(token: string): Record<string, unknown> {
  const json = Buffer.from(partsOf(token)[0], 'base64url').toString();
  return JSON.parse(json) as Record<string, unknown>;
}

async function publicKey(): Promise<Record<string, string>> {
  const response = await fetch(`${stack.httpUrl}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: [Record<string, string>] };
  return keys[0];
}

/** Asks again after a 503: on a busy machine the table may time out. */
async function answerOf(url: string, init?: RequestInit): Promise<Response> {
  for (;;) {
    const response = await fetch(url, init);
    if (response.status !== 503) return response;
  }
}

const whoami = (token: string | undefined) =>
  answerOf(stack.whoamiUrl, {
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
  });

const attacks: [string, () => Promise<string | undefined>, string][] = [
  ['no token', () => Promise.resolve(undefined), 'token_missing'],
  ['an empty token', () => Promise.resolve(''), 'token_missing'],
  ['garbage', () => Promise.resolve('garbage'), 'token_malformed'],
  ['three dots of garbage', () => Promise.resolve('a.b.c'), 'token_malformed'],
  ['an expired token', () => stack.mintToken({ expiresInSeconds: -1 }), 'token_expired'],
  [
    'a token that is not valid yet',
    () => stack.mintToken({ notBeforeSeconds: 120 }),
    'token_not_yet_valid',
  ],
  ['a wrong issuer', () => stack.mintToken({ issuer: 'http://localhost/other' }), 'issuer_wrong'],
  ['a wrong audience', () => stack.mintToken({ audience: 'other' }), 'audience_wrong'],
  ['no subject', () => stack.mintToken({ sub: '' }), 'subject_invalid'],
  [
    'a changed payload with the original signature',
    async () => {
      const [header, payload, signature] = partsOf(await stack.mintToken({ sub: 'alice' }));
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      return `${header}.${encode({ ...claims, sub: 'mallory' })}.${signature}`;
    },
    'signature_invalid',
  ],
  [
    'the signature of another key with the same kid',
    async () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const genuine = await stack.mintToken({ sub: 'alice' });
      const claims = JSON.parse(Buffer.from(partsOf(genuine)[1], 'base64url').toString()) as Record<
        string,
        unknown
      >;
      const header = headerOf(genuine) as { alg: string };
      return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
    },
    'signature_invalid',
  ],
  [
    'alg none',
    async () => {
      const genuine = await stack.mintToken({ sub: 'alice' });
      const [, payload] = partsOf(genuine);
      return `${encode({ ...headerOf(genuine), alg: 'none' })}.${payload}.`;
    },
    '(algorithm_not_allowed|token_malformed)',
  ],
  [
    'HS256 signed with the public key',
    async () => {
      const genuine = await stack.mintToken({ sub: 'alice' });
      const [, payload] = partsOf(genuine);
      const header = encode({ ...headerOf(genuine), alg: 'HS256' });
      const secret = JSON.stringify(await publicKey());
      const signature = createHmac('sha256', secret).update(`${header}.${payload}`);
      return `${header}.${payload}.${signature.digest('base64url')}`;
    },
    'algorithm_not_allowed',
  ],
];

const ways: [string, (token: string) => Promise<{ status: number | undefined; code: number }>][] = [
  ['header', (token) => TestClient.refused(stack.webSocketUrl, { token })],
  ['query', (token) => TestClient.refused(`${stack.webSocketUrl}?token=${token}`)],
  [
    'subprotocol',
    (token) =>
      token === ''
        ? TestClient.refused(stack.webSocketUrl, { subprotocols: ['mission-control'] })
        : TestClient.refused(stack.webSocketUrl, { subprotocols: ['mission-control', token] }),
  ],
  [
    'subprotocol, with batches',
    (token) =>
      TestClient.refused(stack.webSocketUrl, {
        subprotocols: [
          'mission-control',
          ...(token === '' ? [] : [token]),
          'mission-control.batch',
        ],
      }),
  ],
];

describe.each(attacks)('%s', (_, tokenOf, code) => {
  it.each(ways)('in the %s is refused with 401, and 1006 at the client', async (_way, attempt) => {
    const token = await tokenOf();
    lines.length = 0;
    const refusal = token === undefined ? TestClient.refused(stack.webSocketUrl) : attempt(token);
    await expect(refusal).resolves.toEqual({ status: 401, code: 1006 });
    await eventually(() => {
      expect(lines.join('\n')).toMatch(new RegExp(code));
    });
    if (token !== undefined && token.length > 20) expect(lines.join('\n')).not.toContain(token);
  });

  it('is refused by /whoami for the same reason', async () => {
    const token = await tokenOf();
    const response = await whoami(token);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      code: expect.stringMatching(new RegExp(`^${code}$`)) as string,
    });
  });
});

it('/whoami returns the user and the expiry of a valid token, which it accepts in the header only', async () => {
  const token = await stack.mintToken({ sub: 'alice', expiresInSeconds: 60 });
  const response = await whoami(token);
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { exp } = JSON.parse(Buffer.from(partsOf(token)[1], 'base64url').toString()) as {
    exp: number;
  };
  expect(await response.text()).toBe(`{"userId":"alice","expiresAt":${exp * 1000}}`);
  const inQuery = await fetch(`${stack.whoamiUrl}?token=${token}`);
  expect([inQuery.status, await inQuery.json()]).toEqual([401, { code: 'token_missing' }]);
});

it('/whoami has CORS headers for allowed origins only, also with status 401', async () => {
  const ask = async (
    origin: string,
    init: { readonly method?: string; readonly headers: Readonly<Record<string, string>> },
  ) => {
    const headers = { ...init.headers, Origin: origin };
    const response = await fetch(stack.whoamiUrl, { ...init, headers });
    return [response.status, response.headers.get('access-control-allow-origin')];
  };
  const preflight = {
    method: 'OPTIONS',
    headers: {
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'authorization',
    },
  };
  const origin = 'https://app.example.com';
  expect(await ask(origin, preflight)).toEqual([204, origin]);
  expect(await ask(origin, { headers: { Authorization: 'Bearer garbage' } })).toEqual([
    401,
    origin,
  ]);
  expect(await ask('https://evil.example', preflight)).toEqual([204, null]);
});

it('HEAD has the status and headers of GET without the body', async () => {
  const headers = { Authorization: `Bearer ${await stack.mintToken({ sub: 'alice' })}` };
  for (const url of [stack.whoamiUrl, stack.healthUrl, `${stack.httpUrl}/config.json`]) {
    const [get, head] = [
      await answerOf(url, { headers }),
      await answerOf(url, { method: 'HEAD', headers }),
    ];
    expect([head.status, await head.text()]).toEqual([200, '']);
    for (const name of ['content-type', 'content-length', 'cache-control']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    }
  }
});

it('a token in the header takes precedence over one in the query, even if it is invalid', async () => {
  const good = await stack.mintToken({ sub: 'alice' });
  const url = `${stack.webSocketUrl}?token=${good}`;
  await expect(TestClient.refused(url, { token: 'garbage' })).resolves.toMatchObject({
    status: 401,
  });
  const client = await TestClient.open(`${stack.webSocketUrl}?token=garbage`, { token: good });
  await client.close();
});

it('header names and the scheme are case-insensitive', async () => {
  const headers = { AUTHORIZATION: `bearer ${await stack.mintToken({ sub: 'alice' })}` };
  const client = await TestClient.open(stack.webSocketUrl, { headers });
  await client.close();
});

it('no log line contains the signature of a token', async () => {
  lines.length = 0;
  const token = await stack.mintToken({ sub: 'alice' });
  const signature = partsOf(token)[2];
  for (const client of [
    await TestClient.open(stack.webSocketUrl, { token }),
    await TestClient.open(`${stack.webSocketUrl}?token=${token}`),
    await TestClient.open(stack.webSocketUrl, { subprotocols: ['mission-control', token] }),
    await TestClient.open(stack.webSocketUrl, { subprotocols: ['mission-control.batch', token] }),
  ]) {
    client.send({ type: 'ping' });
    await client.received('pong');
    await client.close();
  }
  await eventually(() => {
    expect(lines.join('\n')).toContain('disconnected');
  });
  expect(lines.join('\n')).not.toContain(signature);
});
