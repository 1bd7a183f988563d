// Decides by the offered tokens whether a client may connect, and as which user.
import { findToken, type Offered, type TokenPlace } from './offered-token';
import type { Authenticate } from './authenticate';
import type { TokenRefusal, VerifiedToken } from './ports';

type Authorization =
  | { readonly ok: true; readonly value: VerifiedToken }
  | { readonly ok: false; readonly code: TokenRefusal; readonly place?: TokenPlace };

/**
 * Finds and authenticates the token among those that a client offers.
 * @throws the error of `authenticate` if no verdict is possible
 */
export type Authorize = (offered: Offered) => Promise<Authorization>;

export function createAuthorize(dependencies: { readonly authenticate: Authenticate }): Authorize {
  const { authenticate } = dependencies;
  return async (offered) => {
    const found = findToken(offered);
    if (!found.ok) return found;
    const verdict = await authenticate(found.token);
    return verdict.ok ? verdict : { ...verdict, place: found.place };
  };
}
