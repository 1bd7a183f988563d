// Refreshes a connection with a newer token of the same user.
import { errorMessage, type ServerMessage } from '#sdk/protocol';
import { expiryOf, isExpired } from '../connections/connection';
import { refusesToken } from '../connections/disconnect-marker';
import { patternsInForce, withParts } from '../connections/view';
import type { Authenticate } from '../auth/authenticate';
import { fromTable, noVerdictCode } from '../auth/no-verdict';
import type { Clock } from '../clock';
import type { Connection, ConnectionKey, ConnectionStore } from '../connections/ports';
import type { Log } from '../log';
import type { PostMessages } from './post-messages';
import { subscribedText } from './subscribe';

/**
 * Answers with `token:refreshed`, or with an `error`, which leaves the connection as it was. If the scope of the newer token is
 * another one, `subscribed` is posted before. Never throws.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @returns undefined if the connection is to be closed, because its client could not be told about its scope
 */
export type RefreshToken = (
  key: ConnectionKey,
  token: string,
  deadline: number,
) => Promise<ServerMessage | undefined>;

export function createRefreshToken(dependencies: {
  readonly authenticate: Authenticate;
  readonly connections: Pick<ConnectionStore, 'find' | 'ofUser' | 'refresh' | 'changeView'>;
  readonly postMessages: PostMessages;
  readonly now: Clock;
  readonly log: Log;
}): RefreshToken {
  const { authenticate, connections, postMessages, now, log } = dependencies;

  function refuse({ connectionId }: ConnectionKey, code: string): ServerMessage {
    log.warn('token refused', { connectionId, code });
    // Only the log has the failed check, so that an attacker who tries tokens learns no more than at the handshake.
    return errorMessage('token_refused', 'The token is not valid for this connection.');
  }

  /** Gives a connection the scope and the expiry of a token, and tells its client. */
  async function changeScope(
    connection: Connection,
    { scope, expiresAt }: { readonly scope: readonly string[]; readonly expiresAt: number },
    deadline: number,
  ): Promise<ServerMessage | undefined> {
    const before = await fromTable(connections.changeView(connection, { scope }, expiresAt));
    if (before === undefined) return refuse(connection, 'connection_unknown');
    const patterns = patternsInForce(withParts(before.view, { scope }));
    const changed = { ...connection, expiresAt };
    const ended = await postMessages(changed, [subscribedText(patterns)], deadline);
    const { connectionId, userId } = connection;
    log.info('scope changed', { connectionId, userId, patterns: patterns.length, ended });
    return ended === 'delivered' ? refreshedMessage(expiresAt) : undefined;
  }

  async function refresh(
    key: ConnectionKey,
    token: string,
    deadline: number,
  ): Promise<ServerMessage | undefined> {
    const verdict = await authenticate(token);
    if (!verdict.ok) return refuse(key, verdict.code);
    if (verdict.value.userId !== key.userId) return refuse(key, 'user_wrong');
    // One request for all of the user's records, because the marker is one of them.
    const known = await fromTable(connections.ofUser(key.userId));
    if (refusesToken(known.marker, verdict.value.issuedAt, now()))
      return refuse(key, 'user_disconnected');
    const connection = known.connections.find((one) => one.connectionId === key.connectionId);
    if (connection === undefined || isExpired(connection, now())) {
      return refuse(key, 'connection_unknown');
    }
    const expiresAt = expiryOf(connection.connectedAt, verdict.value.expiresAt);
    const { scope } = verdict.value;
    // The last token wins, even if it expires earlier: otherwise its scope would stay in force for longer than it is valid.
    if (scope !== undefined && JSON.stringify(scope) !== connection.view?.scope)
      return changeScope(connection, { scope, expiresAt }, deadline);
    // A token that expires earlier does not shorten the connection, because the older token stays valid.
    if (expiresAt <= connection.expiresAt) return refreshedMessage(connection.expiresAt);
    if (await fromTable(connections.refresh(connection, expiresAt))) {
      log.info('token refreshed', { connectionId: key.connectionId, userId: key.userId });
      return refreshedMessage(expiresAt);
    }
    // The record has changed meanwhile: a later token came first, or the connection was closed.
    const refreshed = await fromTable(connections.find(key));
    return refreshed === undefined || isExpired(refreshed, now())
      ? refuse(key, 'connection_unknown')
      : refreshedMessage(refreshed.expiresAt);
  }

  return async (key, token, deadline) => {
    try {
      return await refresh(key, token, deadline);
    } catch (error) {
      log.error('token not refreshed', {
        connectionId: key.connectionId,
        code: noVerdictCode(error),
        error,
      });
      return errorMessage('unavailable', 'The token cannot be checked now: try again later.');
    }
  };
}

function refreshedMessage(expiresAt: number): ServerMessage {
  return { type: 'token:refreshed', payload: { expiresAt } };
}
