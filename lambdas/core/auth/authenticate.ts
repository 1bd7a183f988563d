// Authenticates a token: the verifier checks whether it is genuine, judgeClaims whether its claims are accepted.
import type { Clock } from '../clock';
import { judgeClaims } from './judge-claims';
import type { TokenVerdict, TokenVerifier } from './ports';

/** @throws the error of the verifier if no verdict is possible */
export type Authenticate = (token: string) => Promise<TokenVerdict>;

/** @param dependencies `maxTokenHours`: hours after its `iat` at which any token expires. Default: only `exp` counts */
export function createAuthenticate(dependencies: {
  readonly verifier: TokenVerifier;
  readonly now: Clock;
  readonly maxTokenHours?: number | undefined;
}): Authenticate {
  const { verifier, now, maxTokenHours } = dependencies;
  return async (token) => {
    const decoded = verifier.decode(token);
    if (!decoded.ok) return decoded;
    // Expired tokens are the common case. If they are refused before they are verified, they cost no request to the
    // issuer, and the code has the reason.
    const judged = judgeClaims(decoded.unverified, now(), maxTokenHours);
    if (!judged.ok) return judged;
    const verified = await verifier.verify(token);
    return verified.ok ? judgeClaims(verified.claims, now(), maxTokenHours) : verified;
  };
}
