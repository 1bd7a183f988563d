// Whether what a client has offered lets it in, and as whom.
import { findToken, type Offered, type TokenPlace } from './offered-token';
import type { TokenRefusal, TokenVerifier, VerifiedToken } from './ports';

type Authorization =
  | { readonly ok: true; readonly value: VerifiedToken }
  | { readonly ok: false; readonly code: TokenRefusal; readonly place?: TokenPlace };

/**
 * Decides by the token that is offered; rejects with what the verifier throws when it can give no verdict.
 */
export type Authorize = (offered: Offered) => Promise<Authorization>;

export function createAuthorize({ verifier }: { readonly verifier: TokenVerifier }): Authorize {
  return async (offered) => {
    const found = findToken(offered);
    if (!found.ok) return found;
    const verdict = await verifier.verify(found.token);
    return verdict.ok ? verdict : { ...verdict, place: found.place };
  };
}
