// Limits the rate of client messages: more are answered with an error, and many more close the connection.
import type { Clock } from '../clock';
import type { ConnectionKey, RateLimit, RateLimitStore } from '../connections/ports';
import type { Log } from '../log';

/**
 * The verdict on a client's message. `allowed`: it is answered. `limited`: it is refused. `flooding`: its connection is
 * closed. `uncounted`: the limits could not be read, so that only messages that cost little may be answered.
 */
export type MessageVerdict = 'allowed' | 'limited' | 'flooding' | 'uncounted';

/** Judges one more message of a connection. Never throws. */
export type JudgeMessage = (connection: ConnectionKey) => Promise<MessageVerdict>;

export interface MessageLimits {
  /** The limit of messages for one connection. */
  readonly messages: RateLimit;
  /** A connection is closed if it sends this many times as many messages as `messages` allows. */
  readonly floodFactor: number;
  readonly maxConnectionsPerUser: number;
  /** The limit of handshakes for one user. */
  readonly handshakes: RateLimit;
}

/**
 * All connections of a user together may send as many messages as this many connections. The tabs of a person stay far below
 * this limit, but twenty connections of a program cannot cost twenty times as much as one.
 */
export const userLimitFactor = 5;

/** For how long handshakes of a user are refused after a connection was closed for flooding, in milliseconds. */
export const floodPenaltyMilliseconds = 60_000;

/** The prefix of the sort keys of these buckets. It does not change, because the table has the name of the first version. */
const bucket = 'frames';

/** Multiplies a limit by `factor`. */
export function times({ perMinute, burst }: RateLimit, factor: number): RateLimit {
  return { perMinute: factor * perMinute, burst: factor * burst };
}

export function createJudgeMessage(
  dependencies: MessageLimits & {
    readonly rateLimits: RateLimitStore;
    readonly now: Clock;
    readonly log: Log;
  },
): JudgeMessage {
  const { rateLimits, now, log, messages, floodFactor, handshakes } = dependencies;
  const ofUser = times(messages, Math.min(userLimitFactor, dependencies.maxConnectionsPerUser));
  // The bucket is the user's, not the connection's: a new connection must not be a new bucket.
  const refusals = times(messages, floodFactor - 1);

  async function judge({ userId, connectionId }: ConnectionKey): Promise<MessageVerdict> {
    const time = now();
    // The connection's bucket is first: one tab that floods takes no tokens from the others.
    const isAllowed =
      (await rateLimits.take(userId, `${bucket}#${connectionId}`, messages, time)) &&
      (await rateLimits.take(userId, bucket, ofUser, time));
    if (isAllowed) return 'allowed';
    if (await rateLimits.take(userId, 'refusals', refusals, time)) return 'limited';
    // Otherwise the client could reconnect at once and flood again, and its messages are billed.
    await rateLimits.empty(userId, 'handshakes', handshakes, time + floodPenaltyMilliseconds);
    return 'flooding';
  }

  return async (connection) => {
    try {
      return await judge(connection);
    } catch (error) {
      log.warn('message not counted', { connectionId: connection.connectionId, error });
      return 'uncounted';
    }
  };
}
