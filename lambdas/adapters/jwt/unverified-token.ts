// Whatever can be refused about a token without the issuer's keys is refused before they are asked for: foreign
// tokens then cost no request, and their codes say what is wrong with them.
import { decomposeUnverifiedJwt, validateJwtFields } from 'aws-jwt-verify/jwt';
import { supportedSignatureAlgorithms } from 'aws-jwt-verify/jwt-verifier';
import { clockLeewaySeconds } from '#core/auth/judge-claims';
import type { TokenVerifier, VerifierRefusal } from '#core/auth/ports';
import { refusalOf } from './token-refusal';

/**
 * API Gateway takes at most this much of request line and headers, in bytes, so no longer token comes
 * with a handshake. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const maxTokenBytes = 10_240;

/** Who must have issued a token, and for whom; if the audience is `null`, the verifier checks it. */
export interface ExpectedClaims {
  readonly issuers: readonly string[];
  readonly audience: string | null;
}

/** The claims of a token whose form and header are as they have to be; nobody has verified its signature yet. */
export function decodeUnverifiedToken(token: string): ReturnType<TokenVerifier['decode']> {
  if (token.length > maxTokenBytes) return { ok: false, code: 'token_malformed' };
  const parts = token.split('.');
  const [header, claims] = parts.map(readPart);
  if (parts.length !== 3 || header === undefined || claims === undefined) {
    return { ok: false, code: 'token_malformed' };
  }
  // The library checks this too, but only once it has a key: then HS256 and none would be unknown keys.
  if (!supportedSignatureAlgorithms.some((allowed) => allowed === header['alg'])) {
    return { ok: false, code: 'algorithm_not_allowed' };
  }
  // Extensions that are critical and not understood make a token invalid, and the library does not look:
  // https://datatracker.ietf.org/doc/html/rfc7515#section-4.1.11
  if (header['crit'] !== undefined) return { ok: false, code: 'extension_not_supported' };
  return { ok: true, unverified: claims };
}

/**
 * Looks at the issuer, the audience and the times of a token whose signature nobody has verified yet.
 * @returns why it must be refused; undefined says only that verifying it is worth the while
 */
export function inspectUnverifiedToken(
  token: string,
  { issuers, audience }: ExpectedClaims,
): VerifierRefusal | undefined {
  const decoded = decodeUnverifiedToken(token);
  if (!decoded.ok) return decoded.code;
  try {
    validateJwtFields(decomposeUnverifiedJwt(token).payload, {
      issuer: [...issuers],
      audience,
      // For `nbf`. It holds for `exp` as well, which core judges without any grace.
      graceSeconds: clockLeewaySeconds,
    });
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

/** The JSON object in a part of a token; undefined when there is none. */
function readPart(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
