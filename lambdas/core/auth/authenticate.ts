// Which user a token belongs to: the verifier decides whether it is genuine, judgeClaims whether it is accepted.
import type { Clock } from '../clock';
import { judgeClaims } from './judge-claims';
import type { TokenVerdict, TokenVerifier } from './ports';

/** @throws what the verifier throws when it can give no verdict */
export type Authenticate = (token: string) => Promise<TokenVerdict>;

/** @param dependencies `maxTokenHours`: how long after its `iat` any token ends. Default: as long as its `exp` says */
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
    // issuer, and the code says what is wrong with them.
    const judged = judgeClaims(decoded.unverified, now(), maxTokenHours);
    if (!judged.ok) return judged;
    const verified = await verifier.verify(token);
    return verified.ok ? judgeClaims(verified.claims, now(), maxTokenHours) : verified;
  };
}
