// Whose token a client has: asked after a failed handshake, whose status a browser does not tell.
import { createAuthorize } from './authorize';
import type { TokenVerdict, TokenVerifier } from './ports';

/**
 * Judges a token as a handshake would, by the same rules.
 * @param authorization every value of the Authorization header
 * @throws what the verifier throws when it can give no verdict
 */
export type Whoami = (authorization: readonly string[]) => Promise<TokenVerdict>;

export function createWhoami({ verifier }: { readonly verifier: TokenVerifier }): Whoami {
  const authorize = createAuthorize({ verifier });
  // Only the header: a token in a URL ends up in logs, and whoever asks over HTTP can set headers.
  return (authorization) => authorize({ multiValueHeaders: { authorization } });
}
