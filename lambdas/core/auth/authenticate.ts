// Authenticates a token: the verifier checks whether it is genuine, judgeClaims and readScope whether its claims are accepted.
import type { Clock } from '../clock';
import { judgeClaims } from './judge-claims';
import type { TokenClaims, TokenVerdict, TokenVerifier } from './ports';
import { readScope, type ScopeRule } from './read-scope';

/** @throws the error of the verifier if no verdict is possible */
export type Authenticate = (token: string) => Promise<TokenVerdict>;

/**
 * @param dependencies
 * - `maxTokenHours`: hours after its `iat` at which any token expires. Default: only `exp` counts
 * - `scopeRule`: where a token names the agents of its user. Default: the service has no scopes
 */
export function createAuthenticate(dependencies: {
  readonly verifier: TokenVerifier;
  readonly now: Clock;
  readonly maxTokenHours?: number | undefined;
  readonly scopeRule?: ScopeRule | undefined;
}): Authenticate {
  const { verifier, now, maxTokenHours, scopeRule } = dependencies;

  function judge(claims: TokenClaims): TokenVerdict {
    const judged = judgeClaims(claims, now(), maxTokenHours);
    if (!judged.ok || scopeRule === undefined) return judged;
    const read = readScope(claims, scopeRule);
    return read.ok ? { ok: true, value: { ...judged.value, scope: read.scope } } : read;
  }

  return async (token) => {
    const decoded = verifier.decode(token);
    if (!decoded.ok) return decoded;
    // Expired tokens are the common case. If they are refused before they are verified, they cost no request to the
    // issuer, and the code has the reason.
    const judged = judge(decoded.unverified);
    if (!judged.ok) return judged;
    const verified = await verifier.verify(token);
    return verified.ok ? judge(verified.claims) : verified;
  };
}
