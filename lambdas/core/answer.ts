// What the server answers to what a client sends.
import { errorFrame, parseClientFrame, serializeFrame, type ClientFrame } from '../../sdk/protocol';
import type { CloseConnection } from './close-connection';
import { isExpired } from './connection';
import type { JudgeFrame } from './frame-limits';
import type { Clock, Connection, ConnectionStore, Count, Log } from './ports';
import type { RefreshToken } from './refresh-token';
import type { SyncState } from './sync-state';

/**
 * The text of the frame that answers any text; undefined when the connection has been closed instead. Never throws.
 * @param connection as it was at its handshake
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 */
export type Answer = (
  text: string,
  connection: Connection,
  deadline: number,
) => Promise<string | undefined>;

export function createAnswer(dependencies: {
  readonly judgeFrame: JudgeFrame;
  readonly syncState: SyncState;
  readonly refreshToken: RefreshToken;
  readonly closeConnection: CloseConnection;
  readonly connections: Pick<ConnectionStore, 'find'>;
  readonly count: Count;
  readonly now: Clock;
  readonly log: Log;
}): Answer {
  const { judgeFrame, syncState, refreshToken, closeConnection, now, log } = dependencies;
  const { connections, count } = dependencies;

  /** The connection as it is now: a later token may have prolonged it. Undefined when it has expired. */
  async function current(connection: Connection): Promise<Connection | undefined> {
    if (!isExpired(connection, now())) return connection;
    const record = await connections.find(connection);
    return record === undefined || isExpired(record, now()) ? undefined : record;
  }

  async function reply(frame: ClientFrame, connection: Connection, deadline: number) {
    switch (frame.type) {
      case 'ping':
        return serializeFrame({ type: 'pong', payload: { timestamp: now() } });
      case 'state:sync':
        return syncState(connection, frame.payload?.since ?? 0, deadline);
      case 'token:refresh':
        return serializeFrame(await refreshToken(connection, frame.payload.token));
    }
  }

  function refuse({ connectionId }: Connection, ...error: Parameters<typeof errorFrame>): string {
    const [code] = error;
    log.info('frame refused', { connectionId, code });
    return serializeFrame(errorFrame(...error));
  }

  return async (text, atHandshake, deadline) => {
    const verdict = await judgeFrame(atHandshake);
    if (verdict !== 'allowed') count('FramesLimited');
    if (verdict === 'flooding') {
      await closeConnection(atHandshake, 'rate_limited');
      return undefined;
    }
    let connection: Connection | undefined;
    try {
      connection = await current(atHandshake);
    } catch (error) {
      log.error('expiry not known', { connectionId: atHandshake.connectionId, error });
      return refuse(atHandshake, 'unavailable', 'The frame cannot be answered now: try again.');
    }
    if (connection === undefined) {
      await closeConnection(atHandshake, 'token_expired');
      return undefined;
    }
    if (verdict === 'limited') {
      return refuse(connection, 'rate_limited', 'Too many frames: send fewer of them.');
    }
    const parsed = parseClientFrame(text);
    if (!parsed.ok) return refuse(connection, parsed.code, parsed.message);
    return reply(parsed.value, connection, deadline);
  };
}
