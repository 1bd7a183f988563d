// How often a client may send: more is answered with an error, much more closes its connection.
import type { Clock } from '../clock';
import type { ConnectionKey, RateLimit, RateLimitStore } from '../connections/ports';
import type { Log } from '../log';

/**
 * What becomes of a client's message: it is answered, refused, or the last one of its connection. `uncounted` when
 * nobody can tell: then what costs little may be answered, and nothing else.
 */
export type MessageVerdict = 'allowed' | 'limited' | 'flooding' | 'uncounted';

/** Decides on one more message of a connection. Never throws. */
export type JudgeMessage = (connection: ConnectionKey) => Promise<MessageVerdict>;

export interface MessageLimits {
  /** Messages of one connection. */
  readonly messages: RateLimit;
  /** How many times as much as `messages` allows closes the connection. */
  readonly floodFactor: number;
  readonly maxConnectionsPerUser: number;
  /** Handshakes of one user. */
  readonly handshakes: RateLimit;
}

/**
 * All connections of a user together may send as many messages as so many of them: twenty tabs that are used by a
 * person stay far below it, and twenty that are used by a program cannot cost twenty times as much as one.
 */
export const connectionsWorth = 5;

/** How long nobody lets a user in whose connection was closed because it flooded, in milliseconds. */
export const floodPenaltyMilliseconds = 60_000;

/** `limit`, so many times. */
function times({ perMinute, burst }: RateLimit, factor: number): RateLimit {
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
  const ofUser = times(messages, Math.min(connectionsWorth, dependencies.maxConnectionsPerUser));
  // The user's, not the connection's: a new connection must not be a new bucket.
  const refusals = times(messages, floodFactor - 1);

  async function judge({ userId, connectionId }: ConnectionKey): Promise<MessageVerdict> {
    const time = now();
    // The connection's first: one tab that floods takes nothing from the others.
    const isAllowed =
      (await rateLimits.take(userId, `messages#${connectionId}`, messages, time)) &&
      (await rateLimits.take(userId, 'messages', ofUser, time));
    if (isAllowed) return 'allowed';
    if (await rateLimits.take(userId, 'refusals', refusals, time)) return 'limited';
    // Whoever comes back at once floods again, and messages that are under way are paid for.
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
