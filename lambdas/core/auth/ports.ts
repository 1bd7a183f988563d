// The port of authentication: the verifier of tokens.

/** The owner of a token that was verified, and whose claims were accepted. */
export interface VerifiedToken {
  /** The token's `sub`. */
  readonly userId: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** The token's `iat`, in milliseconds since the Unix epoch: usually a whole second. Absent if the token has none. */
  readonly issuedAt?: number;
  /** The patterns of the agents that the user may see, as a filter has them. Absent: the service has no scopes. */
  readonly scope?: readonly string[];
}

/** Why no token is found in what a client offers. */
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

/** Why a token is refused because of the value of a claim. */
export type ClaimsRefusal =
  | 'token_malformed'
  | 'token_expired'
  | 'token_too_old'
  | 'issued_at_missing'
  | 'issued_in_future'
  | 'subject_invalid'
  | 'expiry_missing';

/** Why a token is refused because of the claim that lists the agents its user may see. */
export type ScopeRefusal = 'scope_missing' | 'scope_invalid' | 'scope_too_large';

/** Why a token is refused: the `code` in the log. */
export type TokenRefusal = OfferRefusal | VerifierRefusal | ClaimsRefusal | ScopeRefusal;

export type TokenVerdict =
  | { readonly ok: true; readonly value: VerifiedToken }
  | { readonly ok: false; readonly code: TokenRefusal };

/** The claims of a token. Their values are any JSON. */
export interface TokenClaims {
  readonly sub?: unknown;
  readonly exp?: unknown;
  readonly iat?: unknown;
  readonly [name: string]: unknown;
}

interface Refused {
  readonly ok: false;
  readonly code: VerifierRefusal;
}

export interface TokenVerifier {
  /** Reads a token's claims without verifying them: they may be forged. */
  decode(token: string): { readonly ok: true; readonly unverified: TokenClaims } | Refused;
  /**
   * Verifies signature, issuer, audience and times of a token. Its other claims are not judged.
   * @throws a KeysUnavailableError if the issuer's keys cannot be fetched, so that no verdict is possible
   */
  verify(token: string): Promise<{ readonly ok: true; readonly claims: TokenClaims } | Refused>;
}
