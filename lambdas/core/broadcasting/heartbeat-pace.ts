// How fast a heartbeat is posted: nobody waits for it, so it leaves the quota to events.
import { catchUpSeconds, createPace, type Pace } from '../posting/pace';
import type { Clock } from '../clock';

/** Of the ceiling; of an account's rate, of which the ceiling is four fifths, it is what a flush leaves over. */
const share = 1 / 4;

/** A heartbeat to as many as one worker may have is done within this share of its interval. */
const shareOfInterval = 1 / 3;

interface HeartbeatSettings {
  /** Posts a second of a fan-out at the most. */
  readonly maxPostsPerSecond: number;
  /** The most connections that one worker posts to. */
  readonly largeFanOutConnections: number;
  readonly heartbeatSeconds: number;
}

/** Posts a second of a heartbeat that one worker sends. */
export function heartbeatCeilingOf(settings: HeartbeatSettings): number {
  const { maxPostsPerSecond: ceiling, largeFanOutConnections, heartbeatSeconds } = settings;
  const needed = largeFanOutConnections / (heartbeatSeconds * shareOfInterval);
  return Math.min(ceiling, Math.max(ceiling * share, needed));
}

/** A pace without a burst: the account's bucket is there for events. */
export function createHeartbeatPace(options: HeartbeatSettings & { readonly now: Clock }): Pace {
  const ceiling = heartbeatCeilingOf(options);
  return createPace({ now: options.now, ceiling, burstSeconds: catchUpSeconds });
}
