// The endpoint computes the signature that AWS SDKs compute, for every path, query and header.
import { createHash, createHmac, type BinaryLike } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { canonicalRequest } from '#local/aws/endpoint/canonical-request';
import { AccessKeys } from '#local/aws/endpoint/principal';
import { authenticate, parseAuthorization } from '#local/aws/endpoint/signature';
import { anyCharacter } from '#test/support/data/any-text';

class Sha256 {
  readonly #hash;
  constructor(secret?: BinaryLike | ArrayBuffer) {
    const key = secret instanceof ArrayBuffer ? Buffer.from(secret) : secret;
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  }
  update(data: string | ArrayBuffer | ArrayBufferView) {
    this.#hash.update(data instanceof ArrayBuffer ? Buffer.from(data) : (data as Uint8Array));
  }
  digest() {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }
  reset() {
    throw new Error('not used');
  }
}

const now = Date.UTC(2026, 0, 31, 12);
const keys = new AccessKeys();
const issued = keys.issue('role', 'tiny', []);

interface Request {
  readonly method: string;
  readonly segments: readonly string[];
  readonly query: Readonly<Record<string, string | string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Signs a request as an SDK does, and returns it as the endpoint receives it. */
async function signed(request: Request, credentials = issued) {
  const signer = new SignatureV4({
    credentials,
    region: 'us-east-1',
    service: 'execute-api',
    sha256: Sha256 as unknown as ConstructorParameters<typeof SignatureV4>[0]['sha256'],
  });
  const path = `/${request.segments.map(encodeURIComponent).join('/')}`;
  const { headers } = await signer.sign(
    {
      protocol: 'http:',
      hostname: '127.0.0.1',
      port: 4566,
      method: request.method,
      path,
      query: { ...request.query },
      headers: { host: '127.0.0.1:4566', ...request.headers },
      body: request.body,
    },
    { signingDate: new Date(now) },
  );
  const query = Object.entries(request.query)
    .flatMap(([name, values]) => [values].flat().map((value) => [name, value] as const))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  const { authorization = '', ...rest } = headers;
  return {
    parts: { method: request.method, path, query, headers: rest, body: Buffer.from(request.body) },
    authorization: parseAuthorization(authorization),
  };
}

const anyText = fc
  .string({ unit: anyCharacter, maxLength: 12 })
  .filter((text) => text.isWellFormed());
const segment = anyText.filter((text) => !['', '.', '..'].includes(text));
const anyRequest: fc.Arbitrary<Request> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
  segments: fc.array(segment, { maxLength: 4 }),
  query: fc.dictionary(
    anyText.filter((name) => !['', '__proto__'].includes(name) && !/^x-amz/i.test(name)),
    fc.oneof(anyText, fc.array(anyText, { minLength: 2, maxLength: 3 })),
    { maxKeys: 4 },
  ),
  headers: fc.dictionary(
    fc.stringMatching(/^x-[a-z]{1,8}$/),
    fc.stringMatching(/^[!-~]([ -~]{0,10}[!-~])?$/),
    { maxKeys: 3 },
  ),
  body: anyText,
});

it('authenticates every request that an SDK signs', async () => {
  await fc.assert(
    fc.asyncProperty(anyRequest, async (request) => {
      const { parts, authorization } = await signed(request);
      if (authorization === undefined) throw new Error('the signer set no header');
      expect(authenticate(parts, authorization, keys, now).arn).toMatch(
        /assumed-role\/role\/tiny$/,
      );
    }),
    { numRuns: 300 },
  );
});

const request: Request = {
  method: 'POST',
  segments: ['live', '@connections', 'abc='],
  query: {},
  headers: {},
  body: 'x',
};

it('encodes a connection id twice', () => {
  const text = canonicalRequest(
    {
      method: 'POST',
      path: '/live/%40connections/abc%3D',
      query: '',
      headers: {},
      body: Buffer.of(),
    },
    [],
  );
  expect(text.split('\n')[1]).toBe('/live/%2540connections/abc%253D');
});

it.each([
  ['body', { body: Buffer.from('y') }],
  ['path', { path: '/live/%40connections/abd%3D' }],
  ['method', { method: 'PUT' }],
  ['query', { query: 'a=1' }],
])('refuses a request whose %s is not the signed one', async (_, change) => {
  const { parts, authorization } = await signed(request);
  if (authorization === undefined) throw new Error('the signer set no header');
  expect(() => authenticate({ ...parts, ...change }, authorization, keys, now)).toThrow(
    'The request signature we calculated does not match',
  );
});

it('refuses a wrong secret and a wrong session token', async () => {
  for (const [change, message] of [
    [{ secretAccessKey: 'wrong' }, 'does not match'],
    [{ sessionToken: 'wrong' }, 'The security token included in the request is invalid'],
  ] as const) {
    const { parts, authorization } = await signed(request, { ...issued, ...change });
    if (authorization === undefined) throw new Error('the signer set no header');
    expect(() => authenticate(parts, authorization, keys, now)).toThrow(message);
  }
});

it.each([
  [-5 * 60_000, undefined],
  [5 * 60_000, undefined],
  [5 * 60_000 + 1000, 'Signature expired: 20260131T120000Z is now earlier than 20260131T120001Z'],
  [-5 * 60_000 - 1000, 'Signature not yet current: 20260131T120000Z is still later than'],
])(
  'compares the time of the signature with a clock that is %d ms ahead of it: %s',
  async (skew, message) => {
    const { parts, authorization } = await signed(request);
    if (authorization === undefined) throw new Error('the signer set no header');
    const attempt = () => authenticate(parts, authorization, keys, now + skew);
    if (message === undefined) expect(attempt).not.toThrow();
    else expect(attempt).toThrow(message);
  },
);

it('refuses an access key that was not issued, with a message that names the key to use', async () => {
  const stranger = { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: '' };
  const { parts, authorization } = await signed(request, stranger);
  if (authorization === undefined) throw new Error('the signer set no header');
  expect(() => authenticate(parts, authorization, keys, now)).toThrow(
    expect.objectContaining({
      code: 'UnrecognizedClientException',
      queryCode: 'InvalidClientTokenId',
      message: expect.stringContaining(
        'accepts the access key local with the secret local',
      ) as string,
    }) as Error,
  );
});

it.each([
  'Bearer abc',
  'AWS4-HMAC-SHA256 Credential=test, SignedHeaders=host, Signature=00',
  'AWS4-HMAC-SHA256 Credential=a/20260131/r/s/aws4_request, SignedHeaders=x, Signature=' +
    '0'.repeat(64),
  'AWS4-HMAC-SHA256 Credential=a/20260131/r/s/aws4_request, SignedHeaders=host, Signature=zz',
])('rejects %s as incomplete', (header) => {
  expect(() => parseAuthorization(header)).toThrow('in the Authorization header');
});
