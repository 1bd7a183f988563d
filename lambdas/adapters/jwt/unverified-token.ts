// Checks tokens as far as possible without the issuer's keys, before keys are fetched: tokens of other issuers then cost no
// request, and the code has the reason.
import { decomposeUnverifiedJwt, validateJwtFields } from 'aws-jwt-verify/jwt';
import { supportedSignatureAlgorithms } from 'aws-jwt-verify/jwt-verifier';
import { clockLeewaySeconds } from '#core/auth/judge-claims';
import type { TokenVerifier, VerifierRefusal } from '#core/auth/ports';
import { refusalOf } from './token-refusal';

/**
 * The longest token, in bytes: API Gateway accepts no more for request line and headers together.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const maxTokenBytes = 10_240;

/** @see https://tc39.es/ecma262/#sec-time-values-and-time-range */
const maxDateMilliseconds = 8.64e15;

/** The issuers and the audiences of acceptable tokens. If `audience` is null, the verifier checks it. */
export interface ExpectedClaims {
  readonly issuers: readonly string[];
  readonly audience: string[] | null;
}

/** The claims of a token with a valid form and header. Its signature has not been verified. */
export function decodeUnverifiedToken(token: string): ReturnType<TokenVerifier['decode']> {
  if (token.length > maxTokenBytes) return { ok: false, code: 'token_malformed' };
  const parts = token.split('.');
  const [header, claims] = parts.map(readPart);
  if (parts.length !== 3 || header === undefined || claims === undefined) {
    return { ok: false, code: 'token_malformed' };
  }
  // The library checks this too, but only after a key was chosen: HS256 and none would be refused as unknown keys.
  if (!supportedSignatureAlgorithms.some((allowed) => allowed === header['alg'])) {
    return { ok: false, code: 'algorithm_not_allowed' };
  }
  // A token with a critical extension that is not understood is invalid, and the library does not check it:
  // https://datatracker.ietf.org/doc/html/rfc7515#section-4.1.11
  if (header['crit'] !== undefined) return { ok: false, code: 'extension_not_supported' };
  return { ok: true, unverified: claims };
}

/**
 * Checks the issuer, the audience and the times of a token whose signature has not been verified.
 * @returns why it is refused; undefined if its signature has to be verified
 */
export function inspectUnverifiedToken(
  token: string,
  { issuers, audience }: ExpectedClaims,
): VerifierRefusal | undefined {
  const decoded = decodeUnverifiedToken(token);
  if (!decoded.ok) return decoded.code;
  try {
    const { payload } = decomposeUnverifiedJwt(token);
    // The library puts the time into its error as a Date: for a time that no Date has, that is a RangeError.
    if (Number(payload.nbf) * 1000 > maxDateMilliseconds) return 'token_not_yet_valid';
    validateJwtFields(payload, {
      issuer: [...issuers],
      audience,
      // Needed for `nbf`. The library applies it to `exp` as well, which core judges without tolerance.
      graceSeconds: clockLeewaySeconds,
    });
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

/** The JSON object in a part of a token; undefined if it has none. */
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
