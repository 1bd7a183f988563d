// Implements the token issuer of the local stack, which signs tokens for any user and publishes its public key.
// Other folders use openIssuer, issuerDocuments and the constants of this file.
import { createPublicKey, type KeyObject } from 'node:crypto';
import path from 'node:path';
import { calculateJwkThumbprint, exportJWK, SignJWT, type JWK } from 'jose';
import { openSigningKey } from './signing-key';

/**
 * The `iss` claim of its tokens. It has no port, so that a token is valid for every stack of this checkout. Functions
 * therefore cannot discover the URL of the keys, and get it as a setting.
 */
export const localIssuer = 'http://localhost/mission-control';

/** The `aud` claim of its tokens. */
export const localAudience = 'mission-control';

/** The scope of the tokens of machines, with which they may report events. */
export const localReportScope = 'mission-control/report';

/** The paths at which the gateway serves the issuer's documents. */
export const jwksPath = '/.well-known/jwks.json';
const discoveryPath = '/.well-known/openid-configuration';

/** The directory of the issuer's key. Git ignores it. */
const defaultStateDirectory = path.resolve(__dirname, '../../.local');

export interface TokenOptions {
  /** The user. Default: `alice`. */
  readonly sub?: string;
  /** Seconds from now until it expires; zero or negative for a token that has expired. Default: 3600. */
  readonly expiresInSeconds?: number;
  /** Seconds from now until it is valid; negative for the past. Default: no `nbf` claim. */
  readonly notBeforeSeconds?: number;
  /** Default: {@link localAudience}. */
  readonly audience?: string;
  /** Default: {@link localIssuer}. */
  readonly issuer?: string;
  /** Additional claims. They override those above; `undefined` omits a claim. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface Issuer {
  readonly jwks: { readonly keys: readonly JWK[] };
  /** Creates a JWT, which is signed with RS256. */
  readonly mintToken: (options?: TokenOptions) => Promise<string>;
}

/**
 * Opens the issuer of this checkout.
 * @param stateDirectory the directory that keeps its key pair between restarts
 * @throws {SigningKeyError} when the key file does not contain a usable key
 */
export async function openIssuer(stateDirectory = defaultStateDirectory): Promise<Issuer> {
  const key = await openSigningKey(stateDirectory);
  const jwk = await publicJwk(key);
  return {
    jwks: { keys: [jwk] },
    mintToken: ({
      sub = 'alice',
      expiresInSeconds = 3600,
      notBeforeSeconds,
      audience = localAudience,
      issuer = localIssuer,
      claims = {},
    } = {}) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({
        iss: issuer,
        sub,
        aud: audience,
        iat: now,
        exp: now + expiresInSeconds,
        ...(notBeforeSeconds === undefined ? {} : { nbf: now + notBeforeSeconds }),
        ...claims,
      })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: jwk.kid })
        .sign(key);
    },
  };
}

/**
 * The JWK set and the OpenID Connect discovery document, by path.
 * @param baseUrl the gateway's URL, without a slash at the end
 */
export function issuerDocuments({ jwks }: Issuer, baseUrl: string): Record<string, unknown> {
  return {
    [jwksPath]: jwks,
    [discoveryPath]: {
      issuer: localIssuer,
      jwks_uri: `${baseUrl}${jwksPath}`,
      response_types_supported: ['token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    },
  };
}

async function publicJwk(key: KeyObject): Promise<JWK & { readonly kid: string }> {
  const jwk = await exportJWK(createPublicKey(key));
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'RS256', use: 'sig' };
}
