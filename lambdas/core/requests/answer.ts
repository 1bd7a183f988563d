// Answers the messages of clients.
import {
  errorMessage,
  parseClientMessage,
  serializeMessage,
  type ClosingReason,
} from '#sdk/protocol';
import type { CloseConnection } from '../connections/close-connection';
import { isExpired } from '../connections/connection';
import type { MessageVerdict, JudgeMessage } from './message-limits';
import type { Clock } from '../clock';
import type { Connection, ConnectionKey, ConnectionStore } from '../connections/ports';
import type { Count } from '../count';
import type { Log } from '../log';
import type { RefreshToken } from './refresh-token';
import type { AdmitSync } from './sync-limits';
import type { SyncState } from './sync-state';

/**
 * Returns the text of the message that answers a text; undefined if the connection has been closed instead. Never throws.
 * @param connection the connection as it was at its handshake
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 */
export type Answer = (
  text: string,
  connection: Connection,
  deadline: number,
) => Promise<string | undefined>;

interface AnswerDependencies {
  readonly judgeMessage: JudgeMessage;
  readonly admitSync: AdmitSync;
  readonly syncState: SyncState;
  readonly refreshToken: RefreshToken;
  readonly closeConnection: CloseConnection;
  readonly connections: Pick<ConnectionStore, 'find'>;
  readonly count: Count;
  readonly now: Clock;
  readonly log: Log;
}

export function createAnswer(dependencies: AnswerDependencies): Answer {
  const { judgeMessage, closeConnection, connections, count, now, log } = dependencies;
  const { limit, refuse } = createRefusals(dependencies);
  const reply = createReply(dependencies, { limit, refuse });

  /** The connection with its current expiry, which a later token may have extended. Undefined if it has expired. */
  async function current(connection: Connection): Promise<Connection | undefined> {
    if (!isExpired(connection, now())) return connection;
    const record = await connections.find(connection);
    return record === undefined || isExpired(record, now()) ? undefined : record;
  }

  /** Closes the connection, so that there is no answer. */
  async function end(connection: Connection, reason: ClosingReason): Promise<string | undefined> {
    await closeConnection(connection, reason);
    return undefined;
  }

  return async (text, atHandshake, deadline) => {
    const verdict = await judgeMessage(atHandshake);
    if (verdict === 'flooding') {
      count('MessagesLimited');
      return end(atHandshake, 'rate_limited');
    }
    try {
      const connection = await current(atHandshake);
      if (connection === undefined) return await end(atHandshake, 'token_expired');
      if (verdict === 'limited') return limit(connection);
      const answered = await reply({ text, verdict }, connection, deadline);
      // A large snapshot takes time: meanwhile, the token may have expired, or a newer one may have been accepted.
      const isOpen = (await current(connection)) !== undefined;
      return isOpen ? answered : await end(connection, 'token_expired');
    } catch (error) {
      log.error('expiry not known', { connectionId: atHandshake.connectionId, error });
      return refuse(atHandshake, 'unavailable', 'The message cannot be answered now: try again.');
    }
  };
}

interface Refusals {
  readonly limit: (connection: ConnectionKey) => string;
  readonly refuse: (key: ConnectionKey, ...error: Parameters<typeof errorMessage>) => string;
}

/** Creates the `error` messages, and logs each of them. */
function createRefusals({ count, log }: Pick<AnswerDependencies, 'count' | 'log'>): Refusals {
  const refuse: Refusals['refuse'] = ({ connectionId }, ...error) => {
    const [code] = error;
    log.info('message refused', { connectionId, code });
    return serializeMessage(errorMessage(...error));
  };
  return {
    refuse,
    limit(connection) {
      count('MessagesLimited');
      return refuse(connection, 'rate_limited', 'Too many messages: send fewer of them.');
    },
  };
}

/** Answers a message that is within its limits, or that could not be counted. */
function createReply(
  { admitSync, syncState, refreshToken, now }: AnswerDependencies,
  { limit, refuse }: Refusals,
) {
  async function sync(connection: Connection, since: number, deadline: number): Promise<string> {
    const release = await admitSync(connection);
    if (release === undefined) return limit(connection);
    try {
      return await syncState(connection, since, deadline);
    } finally {
      await release();
    }
  }

  return async (
    { text, verdict }: { readonly text: string; readonly verdict: MessageVerdict },
    connection: Connection,
    deadline: number,
  ): Promise<string> => {
    const parsed = parseClientMessage(text);
    if (!parsed.ok) return refuse(connection, parsed.code, parsed.message);
    const message = parsed.value;
    if (message.type === 'ping') {
      return serializeMessage({ type: 'pong', payload: { timestamp: now() } });
    }
    // All other messages cost much more than a refusal, so they are refused while messages cannot be counted.
    if (verdict === 'uncounted') return limit(connection);
    if (message.type === 'subscribe')
      return refuse(connection, 'unavailable', 'Subscriptions are not available now.');
    return message.type === 'state:sync'
      ? sync(connection, message.payload?.since ?? 0, deadline)
      : serializeMessage(await refreshToken(connection, message.payload.token));
  };
}
