// Whether a token's claims are accepted, and which user they name: the rules of this service for any token.
import { isUserId } from './user-id';
import type { ClaimsRefusal, TokenClaims, VerifiedToken } from './ports';

/**
 * How far the issuer's clock may be ahead of ours, for `nbf` and `iat`. There is none for `exp`: a token that is
 * good for longer than it says is a risk, one that is good a moment later than it could be is none.
 */
export const clockLeewaySeconds = 60;

type ClaimsVerdict =
  | { readonly ok: true; readonly value: VerifiedToken }
  | { readonly ok: false; readonly code: ClaimsRefusal };

/**
 * Reads `sub`, `exp` and `iat`. All are optional in a JWT, but without a subject nobody would be connected, and
 * without an expiry for ever. `iat` is needed only where something is older or newer than the token.
 * @param now milliseconds since the Unix epoch; a token that expires at this moment has expired
 * @param maxTokenHours how long after its `iat` any token ends; undefined for as long as its `exp` says
 * @see https://datatracker.ietf.org/doc/html/rfc7519#section-4.1
 */
export function judgeClaims(
  { sub, exp, iat }: TokenClaims,
  now: number,
  maxTokenHours?: number,
): ClaimsVerdict {
  if (exp === undefined) return { ok: false, code: 'expiry_missing' };
  const expiresAt = wholeSecond(exp);
  if (expiresAt === undefined) return { ok: false, code: 'token_malformed' };
  if (expiresAt <= now) return { ok: false, code: 'token_expired' };
  const issuedAt = iat === undefined ? undefined : millisecondsOf(iat);
  if (iat !== undefined && (issuedAt === undefined || issuedAt < 0)) {
    return { ok: false, code: 'token_malformed' };
  }
  // Such a token would never be older than an operator's order, nor too old.
  if (issuedAt !== undefined && issuedAt > now + clockLeewaySeconds * 1000) {
    return { ok: false, code: 'issued_in_future' };
  }
  if (!isUserId(sub)) return { ok: false, code: 'subject_invalid' };
  const owner = { userId: sub, ...(issuedAt === undefined ? {} : { issuedAt }) };
  if (maxTokenHours === undefined) return { ok: true, value: { ...owner, expiresAt } };
  if (issuedAt === undefined) return { ok: false, code: 'issued_at_missing' };
  const tooOldAt = Math.floor(issuedAt / 1000) * 1000 + maxTokenHours * 3_600_000;
  if (tooOldAt <= now) return { ok: false, code: 'token_too_old' };
  return { ok: true, value: { ...owner, expiresAt: Math.min(expiresAt, tooOldAt) } };
}

/** NumericDate may have a fraction; an expiry is a whole second here, and never later than it says. */
function wholeSecond(date: unknown): number | undefined {
  return typeof date === 'number' ? safe(Math.floor(date) * 1000) : undefined;
}

function millisecondsOf(date: unknown): number | undefined {
  return typeof date === 'number' ? safe(Math.floor(date * 1000)) : undefined;
}

/** Undefined when it is beyond all clocks. */
function safe(milliseconds: number): number | undefined {
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}
