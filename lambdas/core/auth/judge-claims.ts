// Decides whether a token's claims are accepted, and which user they name.
import { isUserId } from './user-id';
import type { ClaimsRefusal, TokenClaims, VerifiedToken } from './ports';

/**
 * By how much the issuer's clock may be ahead of ours: the tolerance for `nbf` and `iat`. `exp` has none, because
 * accepting a token after its expiry is a risk, while accepting it a moment late is not.
 */
export const clockLeewaySeconds = 60;

type ClaimsVerdict =
  | { readonly ok: true; readonly value: VerifiedToken }
  | { readonly ok: false; readonly code: ClaimsRefusal };

/**
 * Reads `sub`, `exp` and `iat`, all of which are optional in a JWT. `sub` and `exp` are required here, because every
 * connection has a user and an expiry. `iat` is required if tokens have an age limit; otherwise only `disconnect-user` uses it.
 * @param now milliseconds since the Unix epoch; a token that expires at this moment has expired
 * @param maxTokenHours hours after its `iat` at which any token expires; undefined if only `exp` counts
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
  // A token from the future would pass every disconnect marker and every age limit.
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

/** A NumericDate may have a fraction; an expiry is rounded down to a whole second. */
function wholeSecond(date: unknown): number | undefined {
  return typeof date === 'number' ? safe(Math.floor(date) * 1000) : undefined;
}

function millisecondsOf(date: unknown): number | undefined {
  return typeof date === 'number' ? safe(Math.floor(date * 1000)) : undefined;
}

/** Undefined if the number cannot be a time. */
function safe(milliseconds: number): number | undefined {
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}
