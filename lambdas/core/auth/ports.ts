// What authentication needs from the outside: somebody who verifies tokens, and says what they claim.

/** The owner of a token that was verified, and whose claims were accepted. */
export interface VerifiedToken {
  /** The token's `sub`. */
  readonly userId: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** The token's `iat`, in milliseconds since the Unix epoch: mostly a whole second. Absent when it has none. */
  readonly issuedAt?: number;
}

/** Why no token was found in what a client offered. */
export type OfferRefusal = 'token_missing' | 'token_ambiguous' | 'scheme_not_supported';

/** Why a token could not be verified. */
export type VerifierRefusal =
  | 'token_malformed'
  | 'extension_not_supported'
  | 'algorithm_not_allowed'
  | 'signature_invalid'
  | 'key_unknown'
  | 'key_ambiguous'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'issuer_wrong'
  | 'audience_wrong'
  | 'token_use_wrong'
  | 'token_invalid';

/** Why a token is refused because of what it claims. */
export type ClaimsRefusal =
  | 'token_malformed'
  | 'token_expired'
  | 'token_too_old'
  | 'issued_at_missing'
  | 'issued_in_future'
  | 'subject_invalid'
  | 'expiry_missing';

/** Why a token opened no connection; each reason is a code of its own in the log. */
export type TokenRefusal = OfferRefusal | VerifierRefusal | ClaimsRefusal;

export type TokenVerdict =
  | { readonly ok: true; readonly value: VerifiedToken }
  | { readonly ok: false; readonly code: TokenRefusal };

/** The claims that this service reads, as they came: any JSON. */
export interface TokenClaims {
  readonly sub?: unknown;
  readonly exp?: unknown;
  readonly iat?: unknown;
}

interface Refused {
  readonly ok: false;
  readonly code: VerifierRefusal;
}

export interface TokenVerifier {
  /** Reads a token's claims without verifying them: anybody can have written them. */
  decode(token: string): { readonly ok: true; readonly unverified: TokenClaims } | Refused;
  /**
   * Verifies signature, issuer, audience and times of a token. What else its claims say is not judged.
   * @throws a KeysUnavailableError when the issuer's keys cannot be had: then no verdict is possible
   */
  verify(token: string): Promise<{ readonly ok: true; readonly claims: TokenClaims } | Refused>;
}
