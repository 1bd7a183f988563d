// What aws-jwt-verify throws about a token, as the codes of this service.
import * as errors from 'aws-jwt-verify/error';
import type { TokenRefusal } from '../core/ports';

type ErrorClass = abstract new (...args: never[]) => Error;

const refusals: readonly (readonly [ErrorClass, TokenRefusal])[] = [
  [errors.JwtParseError, 'token_malformed'],
  [errors.JwtInvalidSignatureAlgorithmError, 'algorithm_not_allowed'],
  [errors.JwtInvalidSignatureError, 'signature_invalid'],
  [errors.JwtExpiredError, 'token_expired'],
  [errors.JwtNotBeforeError, 'token_not_yet_valid'],
  [errors.JwtInvalidIssuerError, 'issuer_wrong'],
  [errors.JwtInvalidAudienceError, 'audience_wrong'],
  [errors.CognitoJwtInvalidClientIdError, 'audience_wrong'],
  [errors.CognitoJwtInvalidTokenUseError, 'token_use_wrong'],
  [errors.JwtWithoutValidKidError, 'key_unknown'],
  [errors.KidNotFoundInJwksError, 'key_unknown'],
  // The keys were fetched moments ago and this one was not among them: asking again so soon would let
  // anybody make this function hammer the issuer, and alarm the operator with invented key ids.
  [errors.WaitPeriodNotYetEndedJwkError, 'key_unknown'],
  // The token names a key of the issuer that is not for signatures, or not usable.
  [errors.JwkInvalidUseError, 'key_unknown'],
  [errors.JwkInvalidKtyError, 'key_unknown'],
  [errors.JwkValidationError, 'key_unknown'],
];

/** The code for an error of the verification itself; `token_invalid` for one that nobody foresaw. */
export function refusalOf(error: unknown): TokenRefusal {
  return refusals.find(([type]) => error instanceof type)?.[1] ?? 'token_invalid';
}
