// An issuer of tokens for tests: its keys, its documents, and tokens with any header and claims.
import { CompactSign, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';

export type Claims = Readonly<Record<string, unknown>>;

type KeyPair = Pick<SigningKey, 'privateKey' | 'publicKey'>;

/** A key pair with the public half as it appears in a JSON Web Key Set. */
export interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

/** A new key; those for RS384 and RS512 are one that is made once, as making one takes a quarter of a second. */
export async function createSigningKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicKey } = /^RS(384|512)$/.test(alg)
    ? await importPair(
        await (sharedRsaKey ??= generateKeyPair('RS256', { extractable: true })),
        alg,
      )
    : await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return { alg, kid, privateKey, publicKey, jwk };
}

let sharedRsaKey: Promise<KeyPair> | undefined;

/** The same numbers, as a key for another algorithm. */
async function importPair(pair: KeyPair, alg: string): Promise<KeyPair> {
  const imported = async (key: CryptoKey) =>
    (await importJWK({ ...(await exportJWK(key)), alg }, alg, { extractable: true })) as CryptoKey;
  return {
    privateKey: await imported(pair.privateKey),
    publicKey: await imported(pair.publicKey),
  };
}

/** A token signed by `key`; whatever `header` says instead of its `alg` and `kid` is taken. */
export function signToken(key: SigningKey, claims: unknown, header: Claims = {}): Promise<string> {
  const protectedHeader = { alg: key.alg, kid: key.kid, ...header };
  const crit = Object.fromEntries(Object.keys(header).map((name) => [name, false]));
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader(protectedHeader)
    .sign(key.privateKey, { crit });
}

/** A token that no library would make: the parts as given, in base64url. */
export function forgeToken(header: unknown, claims: unknown, signature = ''): string {
  return [JSON.stringify(header), JSON.stringify(claims), signature]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
}

/** Serves documents by URL, and counts how often each was asked for. */
export function createDocuments(documents: Record<string, unknown>) {
  const requests: string[] = [];
  return {
    documents,
    requests,
    load: (url: string): Promise<ArrayBuffer> => {
      requests.push(url);
      const document = documents[url];
      if (document === undefined) return Promise.reject(new Error(`${url} answered HTTP 404`));
      const text = typeof document === 'string' ? document : JSON.stringify(document);
      return Promise.resolve(new TextEncoder().encode(text).buffer);
    },
  };
}
