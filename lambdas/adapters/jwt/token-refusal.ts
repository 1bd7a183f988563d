// Translates the errors of aws-jwt-verify into the codes of this service.
import * as errors from 'aws-jwt-verify/error';
import type { VerifierRefusal } from '#core/auth/ports';

type ErrorClass = abstract new (...args: never[]) => Error;

const refusals: readonly (readonly [ErrorClass, VerifierRefusal])[] = [
  [errors.JwtParseError, 'token_malformed'],
  [errors.JwtInvalidSignatureAlgorithmError, 'algorithm_not_allowed'],
  [errors.JwtInvalidSignatureError, 'signature_invalid'],
  [errors.JwtExpiredError, 'token_expired'],
  [errors.JwtNotBeforeError, 'token_not_yet_valid'],
  [errors.JwtInvalidIssuerError, 'issuer_wrong'],
  [errors.JwtInvalidAudienceError, 'audience_wrong'],
  [errors.CognitoJwtInvalidClientIdError, 'audience_wrong'],
  [errors.CognitoJwtInvalidTokenUseError, 'token_use_wrong'],
  // Any other error of the library is about the token, too.
  [errors.JwtBaseError, 'token_invalid'],
];

/**
 * The code for an error of the library.
 * @throws any other error: it is a fault of this service, not of the token
 */
export function refusalOf(error: unknown): VerifierRefusal {
  const refusal = refusals.find(([type]) => error instanceof type);
  if (refusal === undefined) throw error;
  return refusal[1];
}
