// Answers the messages of clients.
import {
  errorMessage,
  parseClientMessage,
  serializeMessage,
  type ClosingReason,
} from '#sdk/protocol';
import type { CloseConnection } from '../connections/close-connection';
import { isExpired } from '../connections/connection';
import { maySee } from '../connections/view';
import type { MessageVerdict, JudgeMessage } from './message-limits';
import type { Clock } from '../clock';
import type { Connection, ConnectionKey, ConnectionStore } from '../connections/ports';
import type { Count } from '../count';
import type { Log } from '../log';
import type { RefreshToken } from './refresh-token';
import type { Subscribe } from './subscribe';
import type { AdmitSync } from './sync-limits';
import type { SyncState } from './sync-state';
import type { HistoryRequest, TellTimeline } from '../timeline/tell-timeline';

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
  readonly subscribe: Subscribe;
  readonly refreshToken: RefreshToken;
  /** Undefined: no timelines are kept. */
  readonly tellTimeline: TellTimeline | undefined;
  readonly closeConnection: CloseConnection;
  readonly connections: Pick<ConnectionStore, 'find'>;
  readonly count: Count;
  readonly now: Clock;
  readonly log: Log;
}

export function createAnswer(dependencies: AnswerDependencies): Answer {
  const { judgeMessage, closeConnection, count, now, log } = dependencies;
  const { limit, refuse } = createRefusals(dependencies);
  const findRecord = createFindRecord(dependencies);
  const reply = createReply({ ...dependencies, findRecord }, { limit, refuse });

  /** The connection with its current expiry, which a later token may have extended. Undefined if it has expired. */
  async function current(connection: Connection): Promise<Connection | undefined> {
    return isExpired(connection, now()) ? findRecord(connection) : connection;
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
      const isOpen = answered !== undefined && (await current(connection)) !== undefined;
      return isOpen ? answered : await end(connection, 'token_expired');
    } catch (error) {
      log.error('expiry not known', { connectionId: atHandshake.connectionId, error });
      return refuse(atHandshake, 'unavailable', 'The message cannot be answered now: try again.');
    }
  };
}

/** A connection as its record is; undefined if it has expired, or has no record: that is written before it opens. */
type FindRecord = (connection: ConnectionKey) => Promise<Connection | undefined>;

function createFindRecord({
  connections,
  now,
}: Pick<AnswerDependencies, 'connections' | 'now'>): FindRecord {
  return async (connection) => {
    const record = await connections.find(connection);
    return record === undefined || isExpired(record, now()) ? undefined : record;
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

/** Answers a message that is within its limits, or that could not be counted. Undefined if the connection is to be closed. */
function createReply(
  dependencies: AnswerDependencies & { readonly findRecord: FindRecord },
  { limit, refuse }: Refusals,
) {
  const { admitSync, syncState, subscribe, refreshToken, findRecord, now } = dependencies;
  const { tellTimeline } = dependencies;

  async function sync(record: Connection, since: number, deadline: number): Promise<string> {
    const release = await admitSync(record);
    if (release === undefined) return limit(record);
    const includes = (agentId: string) => maySee(record.view, agentId);
    try {
      return await syncState(record, { since, includes }, deadline);
    } finally {
      await release();
    }
  }

  async function history(record: Connection, request: HistoryRequest): Promise<string> {
    if (tellTimeline === undefined) {
      return refuse(
        record,
        'timeline_off',
        'This service keeps no timelines (timelineHours is 0).',
      );
    }
    // The same answer whether there is such a session or not.
    return maySee(record.view, request.agentId)
      ? tellTimeline(record, request)
      : refuse(record, 'agent_not_visible', 'The events of this agent are not sent to you.');
  }

  return async (
    { text, verdict }: { readonly text: string; readonly verdict: MessageVerdict },
    connection: Connection,
    deadline: number,
  ): Promise<string | undefined> => {
    const parsed = parseClientMessage(text);
    if (!parsed.ok) return refuse(connection, parsed.code, parsed.message);
    const message = parsed.value;
    if (message.type === 'ping') {
      return serializeMessage({ type: 'pong', payload: { timestamp: now() } });
    }
    // All other messages cost much more than a refusal, so they are refused while messages cannot be counted.
    if (verdict === 'uncounted') return limit(connection);
    if (message.type === 'token:refresh') {
      const refreshed = await refreshToken(connection, message.payload.token, deadline);
      return refreshed && serializeMessage(refreshed);
    }
    // What the connection may see is in its record: a later token or subscription may have changed it since the handshake.
    const record = await findRecord(connection);
    if (record === undefined) return undefined;
    if (message.type === 'session:history') return history(record, message.payload);
    return message.type === 'state:sync'
      ? sync(record, message.payload?.since ?? 0, deadline)
      : ((await subscribe(record, message.payload, deadline)) ?? limit(record));
  };
}
