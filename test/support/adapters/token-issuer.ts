// An issuer of tokens for tests: its keys, its documents, and tokens with arbitrary headers and claims.
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

/**
 * Creates a new key for RS256. With `algorithm`, returns a key for that algorithm; all RSA keys of this kind share one key
 * pair, because generating one takes a quarter of a second.
 */
export async function createSigningKey(kid: string, algorithm?: string): Promise<SigningKey> {
  const alg = algorithm ?? 'RS256';
  const { privateKey, publicKey } = algorithm?.startsWith('RS')
    ? await importPair(await (sharedRsaKey ??= generate('RS256')), alg)
    : await generate(alg);
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return { alg, kid, privateKey, publicKey, jwk };
}

/** The same key with another id. */
export function withKid(key: SigningKey, kid: string): SigningKey {
  return { ...key, kid, jwk: { ...key.jwk, kid } };
}

let sharedRsaKey: Promise<KeyPair> | undefined;

const generate = (alg: string) => generateKeyPair(alg, { extractable: true });

/** The same key pair, imported for another algorithm. */
async function importPair(pair: KeyPair, alg: string): Promise<KeyPair> {
  const imported = async (key: CryptoKey) =>
    (await importJWK({ ...(await exportJWK(key)), alg }, alg, { extractable: true })) as CryptoKey;
  return {
    privateKey: await imported(pair.privateKey),
    publicKey: await imported(pair.publicKey),
  };
}

/** A token signed with `key`. `header` can override its `alg` and `kid`. */
export function signToken(key: SigningKey, claims: unknown, header: Claims = {}): Promise<string> {
  const protectedHeader = { alg: key.alg, kid: key.kid, ...header };
  const crit = Object.fromEntries(Object.keys(header).map((name) => [name, false]));
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader(protectedHeader)
    .sign(key.privateKey, { crit });
}

/** A token of arbitrary parts in base64url, also of parts that no library would produce. */
export function forgeToken(header: unknown, claims: unknown, signature = ''): string {
  return [JSON.stringify(header), JSON.stringify(claims), signature]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
}

/** Serves documents by URL, and records the requests. */
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
