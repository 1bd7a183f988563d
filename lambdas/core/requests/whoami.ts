// Returns the user of a token. Clients request it after a failed handshake, because browsers hide the status.
import { createAuthorize } from '../auth/authorize';
import { refusesToken } from '../connections/disconnect-marker';
import type { Authenticate } from '../auth/authenticate';
import { fromTable } from '../auth/no-verdict';
import type { Clock } from '../clock';
import type { ConnectionStore } from '../connections/ports';
import type { TokenVerdict } from '../auth/ports';

type WhoamiVerdict = TokenVerdict | { readonly ok: false; readonly code: 'user_disconnected' };

/**
 * Checks a token by the same rules as a handshake.
 * @param authorization every value of the Authorization header
 * @throws the error of `authenticate` if no verdict is possible, or a TableUnavailableError
 */
export type Whoami = (authorization: readonly string[]) => Promise<WhoamiVerdict>;

export function createWhoami(dependencies: {
  readonly authenticate: Authenticate;
  readonly connections: Pick<ConnectionStore, 'markerOf'>;
  readonly now: Clock;
}): Whoami {
  const { authenticate, connections, now } = dependencies;
  const authorize = createAuthorize({ authenticate });

  // Only the header counts: tokens in URLs end up in logs, and HTTP clients can set headers.
  return async (authorization) => {
    const verdict = await authorize({ authorization });
    if (!verdict.ok) return verdict;
    const { userId, issuedAt } = verdict.value;
    const marker = await fromTable(connections.markerOf(userId));
    return refusesToken(marker, issuedAt, now())
      ? { ok: false, code: 'user_disconnected' }
      : verdict;
  };
}
