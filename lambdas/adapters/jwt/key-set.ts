// Parses the public keys of a token issuer, and chooses the one that verifies a token.
import { assertIsJwk, assertIsSignatureJwk, type Jwk } from 'aws-jwt-verify/jwk';
import type { Json } from 'aws-jwt-verify/safe-json-parse';
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import * as v from 'valibot';
import { describeFaults, objectOf, parse } from '#sdk/protocol';
import type { VerifierRefusal } from '#core/auth/ports';

export interface VerificationKey {
  readonly jwk: Jwk;
  readonly keyObject: KeyObject;
}

/** The part of a token's header that identifies the key. */
export interface SignatureHeader {
  readonly alg: string;
  readonly kid?: string | undefined;
}

export type KeyChoice =
  | { readonly ok: true; readonly key: VerificationKey }
  | { readonly ok: false; readonly code: VerifierRefusal };

const setSchema = objectOf({ keys: v.array(v.unknown(), 'must be a list') });

/**
 * The keys of a JSON Web Key Set that can verify signatures. Others (for encryption, symmetric, of an unknown type,
 * incomplete) are ignored: an issuer may publish them for other services.
 * @throws if the body is not a key set
 * @see https://datatracker.ietf.org/doc/html/rfc7517#section-5
 */
export function parseKeySet(body: ArrayBuffer): readonly VerificationKey[] {
  const parsed = parse(setSchema, JSON.parse(new TextDecoder().decode(body)));
  if (!parsed.ok)
    throw new Error(`The body is not a JSON Web Key Set: ${describeFaults(parsed.faults)}`);
  return parsed.value.keys.flatMap((given) => verificationKeyOf(given as Json) ?? []);
}

function verificationKeyOf(given: Json): VerificationKey | undefined {
  try {
    assertIsJwk(given);
    assertIsSignatureJwk(given);
    // https://datatracker.ietf.org/doc/html/rfc7517#section-4.3
    const operations = given['key_ops'];
    if (Array.isArray(operations) && !operations.includes('verify')) return undefined;
    const keyObject = createPublicKey({ key: given as JsonWebKey, format: 'jwk' });
    return { jwk: given, keyObject };
  } catch {
    return undefined;
  }
}

/**
 * The key with the token's `kid`. `kid` is optional on both sides: for a token without one, it is the only key that fits
 * the token's algorithm; if no key has the token's `kid`, it is the only one without a `kid` that fits.
 * @see https://datatracker.ietf.org/doc/html/rfc7517#section-4.5
 */
export function chooseKey(
  keys: readonly VerificationKey[],
  { alg, kid }: SignatureHeader,
): KeyChoice {
  const named = keys.filter(({ jwk }) => kid !== undefined && jwk.kid === kid);
  if (named.length > 0) {
    const key = named.find(({ jwk }) => fits(jwk, alg));
    return key === undefined ? { ok: false, code: 'algorithm_not_allowed' } : { ok: true, key };
  }
  const nameless = kid === undefined ? keys : keys.filter(({ jwk }) => jwk.kid === undefined);
  const [key, ...others] = nameless.filter(({ jwk }) => fits(jwk, alg));
  if (key === undefined) return { ok: false, code: 'key_unknown' };
  return others.length > 0 ? { ok: false, code: 'key_ambiguous' } : { ok: true, key };
}

/** The type of key that an algorithm needs. @see https://datatracker.ietf.org/doc/html/rfc7518#section-3.1 */
const typeOf: Readonly<Record<string, { readonly kty: string; readonly crv?: readonly string[] }>> =
  {
    RS256: { kty: 'RSA' },
    RS384: { kty: 'RSA' },
    RS512: { kty: 'RSA' },
    ES256: { kty: 'EC', crv: ['P-256'] },
    ES384: { kty: 'EC', crv: ['P-384'] },
    ES512: { kty: 'EC', crv: ['P-521'] },
    EdDSA: { kty: 'OKP', crv: ['Ed25519', 'Ed448'] },
  };

function fits(jwk: Jwk, alg: string): boolean {
  const type = Object.hasOwn(typeOf, alg) ? typeOf[alg] : undefined;
  if (jwk.kty !== type?.kty) return false;
  return (jwk.alg ?? alg) === alg && (type.crv?.includes(jwk.crv ?? '') ?? true);
}
