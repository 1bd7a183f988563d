// Whether a handshake may open a connection, and for whom.
import { findToken, type Handshake, type TokenPlace } from './handshake-token';
import type { TokenRefusal, TokenVerifier, VerifiedToken } from './ports';

type Authorization =
  | { readonly ok: true; readonly value: VerifiedToken }
  | { readonly ok: false; readonly code: TokenRefusal; readonly place?: TokenPlace };

/**
 * Decides on a handshake by its token; rejects with what the verifier throws when it can give no verdict.
 */
export type Authorize = (handshake: Handshake) => Promise<Authorization>;

export function createAuthorize({ verifier }: { readonly verifier: TokenVerifier }): Authorize {
  return async (handshake) => {
    const found = findToken(handshake);
    if (!found.ok) return found;
    const verdict = await verifier.verify(found.token);
    return verdict.ok ? verdict : { ...verdict, place: found.place };
  };
}
