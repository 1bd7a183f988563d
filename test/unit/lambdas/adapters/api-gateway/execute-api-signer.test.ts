import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { SignatureV4 } from '@smithy/signature-v4';
import { createExecuteApiSigner } from '#adapters/api-gateway/execute-api-signer';
import { bodyHashOf, createSigner } from '#adapters/http/signature-v4';

/** The hash interface of @smithy/signature-v4. */
class Sha256 {
  private readonly hash;
  constructor(secret?: string | Uint8Array) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: string | Uint8Array): void {
    this.hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }
}

async function reference(
  url: URL,
  path: string,
  body: string,
  region: string,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
  now: number,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service: 'execute-api',
    region,
    credentials,
    sha256: Sha256 as never,
    applyChecksum: false,
  });
  const request = {
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path,
    headers: { host: url.host },
    body,
  };
  return (await signer.sign(request, { signingDate: new Date(now) })).headers;
}

it.each(['accessKeyId', 'sessionToken'])(
  'refuses credentials whose %s cannot be in a header',
  (name) => {
    const signer = createExecuteApiSigner('https://x.example/live', 'eu-central-1');
    const credentials = { accessKeyId: 'AKID', secretAccessKey: 'key', [name]: 'a\r\nb: c' };
    expect(() => signer.sign('a=', bodyHashOf(''), credentials, 0)).toThrow('not allowed');
  },
);

/** The headers of lines that each end with CRLF. */
function asRecord(lines: string): Record<string, string> {
  expect(lines.endsWith('\r\n')).toBe(true);
  return Object.fromEntries(
    lines
      .slice(0, -2)
      .split('\r\n')
      .map((line) => {
        const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(line) ?? [];
        return [name, value];
      }),
  );
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
// URL parsers remove the path segments `.` and `..`. API Gateway creates no such id.
const connectionId = fc
  .oneof(
    text,
    fc.base64String({ minLength: 4, maxLength: 20 }),
    fc.string({ unit: fc.constantFrom(...Array.from("=+/@%!'()*~ :#?&é")), minLength: 1 }),
  )
  .filter((id) => id !== '.' && id !== '..');
const credentials = fc.record(
  {
    accessKeyId: fc.string({
      unit: fc.constantFrom(...Array.from('ABCDEFGH234567')),
      minLength: 16,
    }),
    secretAccessKey: fc.base64String({ minLength: 4 }),
    sessionToken: fc.base64String({ minLength: 4 }),
  },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
);

it('creates the same headers as @smithy/signature-v4, byte by byte', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(connectionId, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('/live', '/live/', '/a-b', '', '/deep/er', '/st%20age'),
      fc.constantFrom(
        'https://abc.execute-api.eu-central-1.amazonaws.com',
        'http://127.0.0.1:4566',
      ),
      fc.constantFrom('eu-central-1', 'us-east-1'),
      credentials,
      text,
      fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      async (ids, stagePath, origin, region, keys, body, date) => {
        const url = new URL(origin + stagePath);
        const signer = createExecuteApiSigner(url.href, region);
        for (const id of ids) {
          const signed = signer.sign(id, bodyHashOf(body), keys, date.getTime());
          const expected = await reference(url, signed.path, body, region, keys, date.getTime());
          expect(asRecord(signed.headers)).toEqual(
            Object.fromEntries(Object.entries(expected).filter(([name]) => name !== 'host')),
          );
        }
      },
    ),
    { numRuns: 300 },
  ));

it('uses the given time and credentials for each signature', async () => {
  const url = new URL('https://abc.execute-api.eu-central-1.amazonaws.com/live');
  const signer = createExecuteApiSigner(url.href, 'eu-central-1');
  const first = { accessKeyId: 'A', secretAccessKey: 'a', sessionToken: 't' };
  const second = { accessKeyId: 'B', secretAccessKey: 'b' };
  const midnight = Date.UTC(2026, 1, 6);
  const moments: [typeof second, number][] = [
    [first, midnight - 1],
    [first, midnight],
    [first, midnight + 1_000],
    [second, midnight + 1_000],
    [first, midnight - 1],
  ];
  for (const [keys, now] of moments) {
    const signed = signer.sign('L0SM9cOFvHcCIhw=', bodyHashOf('{}'), keys, now);
    const expected = await reference(url, signed.path, '{}', 'eu-central-1', keys, now);
    expect(asRecord(signed.headers)['authorization']).toBe(expected['authorization']);
  }
});

it('signs additional headers, sorted by name', () =>
  fc.assert(
    fc.asyncProperty(credentials, text, async (keys, body) => {
      const [host, now] = ['dynamodb.eu-central-1.amazonaws.com', Date.UTC(2026, 1, 6)];
      const headers = {
        'x-amz-target': 'DynamoDB_20120810.GetItem',
        'content-type': 'application/x-amz-json-1.0',
      };
      const region = 'eu-central-1';
      const signer = createSigner({ service: 'dynamodb', region, host, headers });
      const theirs = new SignatureV4({
        ...{ service: 'dynamodb', region, credentials: keys, sha256: Sha256 as never },
        applyChecksum: false,
      });
      const request = { method: 'POST', protocol: 'https:', hostname: host, path: '/', body };
      const { headers: expected } = await theirs.sign(
        { ...request, headers: { host, ...headers } },
        { signingDate: new Date(now) },
      );
      expect({ host, ...asRecord(signer.sign('POST\n/', bodyHashOf(body), keys, now)) }).toEqual(
        expected,
      );
    }),
    { numRuns: 50 },
  ));

it('encodes the connection id once in the path', () => {
  const signer = createExecuteApiSigner('https://a.example/live', 'eu-central-1');
  const keys = { accessKeyId: 'A', secretAccessKey: 'a' };
  expect(signer.sign('abc=', bodyHashOf(''), keys, 0).path).toBe('/live/%40connections/abc%3D');
});
