// What authentication needs from the outside: somebody who verifies a token.

/** The owner of a token that was verified. */
export interface VerifiedToken {
  /** The token's `sub`. */
  readonly userId: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** The token's `iat`, in milliseconds since the Unix epoch: mostly a whole second. Absent when it has none. */
  readonly issuedAt?: number;
}

/** Why a token opened no connection; each reason is a code of its own in the log. */
export type TokenRefusal =
  | 'token_missing'
  | 'token_ambiguous'
  | 'scheme_not_supported'
  | 'token_malformed'
  | 'extension_not_supported'
  | 'algorithm_not_allowed'
  | 'signature_invalid'
  | 'key_unknown'
  | 'key_ambiguous'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_too_old'
  | 'issued_at_missing'
  | 'issued_in_future'
  | 'issuer_wrong'
  | 'audience_wrong'
  | 'token_use_wrong'
  | 'subject_invalid'
  | 'expiry_missing'
  | 'token_invalid';

export type TokenVerdict =
  | { readonly ok: true; readonly value: VerifiedToken }
  | { readonly ok: false; readonly code: TokenRefusal };

export interface TokenVerifier {
  /**
   * Checks signature, issuer, audience and times of a token.
   * @throws a KeysUnavailableError when the issuer's keys cannot be had: then no verdict is possible
   */
  verify(token: string): Promise<TokenVerdict>;
}
