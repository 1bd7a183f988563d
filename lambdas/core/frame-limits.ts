// How often a client may send: more is answered with an error, much more closes its connection.
import type { Clock, ConnectionKey, Log, RateLimit, RateLimitStore } from './ports';

/** What becomes of a client's frame: it is answered, refused, or the last one of its connection. */
export type FrameVerdict = 'allowed' | 'limited' | 'flooding';

/** Decides on one more frame of a connection. Never throws: where nobody can count, clients are answered. */
export type JudgeFrame = (connection: ConnectionKey) => Promise<FrameVerdict>;

export function createJudgeFrame(dependencies: {
  readonly rateLimits: RateLimitStore;
  readonly now: Clock;
  readonly log: Log;
  /** Of one connection. */
  readonly frames: RateLimit;
  /** How many times as much as `frames` allows closes the connection. */
  readonly floodFactor: number;
}): JudgeFrame {
  const { rateLimits, now, log, frames, floodFactor } = dependencies;
  // Refused frames have a bucket of their own, so that a client within its limit costs one write a frame.
  const refusals: RateLimit = {
    perMinute: (floodFactor - 1) * frames.perMinute,
    burst: (floodFactor - 1) * frames.burst,
  };

  return async ({ userId, connectionId }) => {
    try {
      const time = now();
      if (await rateLimits.take(userId, `frames#${connectionId}`, frames, time)) return 'allowed';
      return (await rateLimits.take(userId, `refusals#${connectionId}`, refusals, time))
        ? 'limited'
        : 'flooding';
    } catch (error) {
      log.warn('frame not counted', { connectionId, error });
      return 'allowed';
    }
  };
}
