// Whom a token names, and until when: this service's own demands on the claims of any token.
import { isUserId } from './authorizer-context';
import type { TokenVerdict } from './ports';

/**
 * Reads `sub` and `exp`. Both are optional in a JWT and neither is here: without a subject nobody would be
 * connected, and without an expiry for ever.
 * @param now milliseconds since the Unix epoch; a token that expires at this moment has expired
 * @see https://datatracker.ietf.org/doc/html/rfc7519#section-4.1
 */
export function tokenOwner(
  { sub, exp }: { readonly sub?: unknown; readonly exp?: unknown },
  now: number,
): TokenVerdict {
  if (exp === undefined) return { ok: false, code: 'expiry_missing' };
  if (typeof exp !== 'number') return { ok: false, code: 'token_malformed' };
  // NumericDate may have a fraction; an expiry is a whole second here, and never later than it says.
  const expiresAt = Math.floor(exp) * 1000;
  if (!Number.isSafeInteger(expiresAt)) return { ok: false, code: 'token_malformed' };
  if (expiresAt <= now) return { ok: false, code: 'token_expired' };
  if (!isUserId(sub)) return { ok: false, code: 'subject_invalid' };
  return { ok: true, value: { userId: sub, expiresAt } };
}
