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

  /** Whether the token has expired, and with it the connection, unless a later token has prolonged it. */
  async function hasExpired(connection: Connection): Promise<boolean> {
    if (!isExpired(connection, now())) return false;
    const record = await connections.find(connection);
    return record === undefined || isExpired(record, now());
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

  return async (text, connection, deadline) => {
    const verdict = await judgeFrame(connection);
    if (verdict !== 'allowed') count('FramesLimited');
    if (verdict === 'flooding') {
      await closeConnection(connection, 'rate_limited');
      return undefined;
    }
    try {
      if (await hasExpired(connection)) {
        await closeConnection(connection, 'token_expired');
        return undefined;
      }
    } catch (error) {
      log.error('expiry not known', { connectionId: connection.connectionId, error });
      return refuse(connection, 'unavailable', 'The frame cannot be answered now: try again.');
    }
    if (verdict === 'limited') {
      return refuse(connection, 'rate_limited', 'Too many frames: send fewer of them.');
    }
    const parsed = parseClientFrame(text);
    if (!parsed.ok) return refuse(connection, parsed.code, parsed.message);
    return reply(parsed.value, connection, deadline);
  };
}
