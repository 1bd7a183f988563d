// The local issuer: a key that is kept across restarts, and tokens that another library verifies.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { issuerDocuments, localAudience, localIssuer, openIssuer } from '#local/issuer/issuer';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'issuer-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const keyFile = () => path.join(directory, 'state', 'issuer-key.pem');
const open = () => openIssuer(path.join(directory, 'state'));

describe('the key', () => {
  it('is an RSA key of 2048 bits, in a file that only its owner can read', async () => {
    const { jwks } = await open();
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    expect(jwks.keys).toEqual([
      {
        kty: 'RSA',
        alg: 'RS256',
        use: 'sig',
        e: 'AQAB',
        n: expect.any(String) as string,
        kid: expect.any(String) as string,
      },
    ]);
    expect(Buffer.from(jwks.keys[0]?.n ?? '', 'base64url')).toHaveLength(256);
  });

  it('is the same after a restart', async () => {
    const { jwks } = await open();
    expect((await open()).jwks).toEqual(jwks);
  });

  it('is the same for issuers that start simultaneously, and is the only file', async () => {
    const issuers = await Promise.all([open(), open(), open(), open()]);
    const keys = new Set(issuers.map(({ jwks }) => jwks.keys[0]?.n));
    expect(keys.size).toBe(1);
    expect(readdirSync(path.dirname(keyFile()))).toEqual(['issuer-key.pem']);
  });

  it.each(['', 'rubbish', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'])(
    'causes an error that says what to do if its file contains %j',
    async (content) => {
      mkdirSync(path.dirname(keyFile()));
      writeFileSync(keyFile(), content);
      await expect(open()).rejects.toMatchObject({
        code: 'SIGNING_KEY_UNUSABLE',
        message: `${keyFile()} does not hold an RSA private key in PEM format: delete it, and the next start makes a new one.`,
      });
      expect(readFileSync(keyFile(), 'utf8')).toBe(content);
    },
  );
});

describe('a token', () => {
  it('is for alice and valid for one hour by default, and verifies with the published key', async () => {
    const { jwks, mintToken } = await open();
    const before = Math.floor(Date.now() / 1000);
    const token = await mintToken();
    const after = Math.floor(Date.now() / 1000);
    const { payload, protectedHeader } = await jwtVerify(
      token,
      createLocalJWKSet({ keys: [...jwks.keys] }),
      { issuer: localIssuer, audience: localAudience },
    );
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: jwks.keys[0]?.kid });
    const iat = payload.iat ?? NaN;
    expect(payload).toEqual({
      iss: 'http://localhost/mission-control',
      sub: 'alice',
      aud: 'mission-control',
      iat,
      exp: iat + 3600,
    });
    expect(iat).toBeGreaterThanOrEqual(before);
    expect(iat).toBeLessThanOrEqual(after);
  });

  it('has the requested claims', async () => {
    const { mintToken } = await open();
    const payload = decodeJwt(
      await mintToken({
        sub: 'bob',
        expiresInSeconds: -10,
        notBeforeSeconds: 60,
        audience: 'other',
        issuer: 'http://localhost/other',
        claims: { role: 'admin' },
      }),
    );
    const iat = payload.iat ?? NaN;
    expect(payload).toEqual({
      sub: 'bob',
      aud: 'other',
      iss: 'http://localhost/other',
      role: 'admin',
      iat,
      exp: iat - 10,
      nbf: iat + 60,
    });
  });

  it('does not contain a claim that is undefined, and contains the given value of a replaced one', async () => {
    const { mintToken } = await open();
    const token = await mintToken({ claims: { exp: undefined, sub: 7 } });
    expect(decodeJwt(token)).not.toHaveProperty('exp');
    expect(decodeJwt(token).sub).toBe(7);
    expect(decodeProtectedHeader(token).alg).toBe('RS256');
  });
});

it('publishes its keys and a discovery document', async () => {
  const issuer = await open();
  expect(issuerDocuments(issuer, 'http://localhost:3000')).toEqual({
    '/.well-known/jwks.json': issuer.jwks,
    '/.well-known/openid-configuration': expect.objectContaining({
      issuer: localIssuer,
      jwks_uri: 'http://localhost:3000/.well-known/jwks.json',
    }) as object,
  });
});
