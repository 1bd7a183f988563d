// The pace of heartbeats in posts a second: lower than that of events, which need most of the quota. When they are sent is
// decided in heartbeat-plan.ts.
import { catchUpSeconds, createPace, type Pace } from '../posting/pace';
import type { Clock } from '../clock';

/**
 * The share of the ceiling that heartbeats use. If the ceiling is four fifths of the account's rate, this is the fifth
 * that a flush does not use.
 */
const share = 1 / 4;

/** The share of the interval within which one worker posts a heartbeat to its maximum number of connections. */
const shareOfInterval = 1 / 3;

interface HeartbeatSettings {
  /** Maximum posts per second of a fan-out. */
  readonly maxPostsPerSecond: number;
  /** Maximum number of connections that one worker posts to. */
  readonly largeFanOutConnections: number;
  readonly heartbeatSeconds: number;
}

/** The maximum posts per second of a heartbeat that one worker sends. */
export function heartbeatCeilingOf(settings: HeartbeatSettings): number {
  const { maxPostsPerSecond: ceiling, largeFanOutConnections, heartbeatSeconds } = settings;
  const needed = largeFanOutConnections / (heartbeatSeconds * shareOfInterval);
  return Math.min(ceiling, Math.max(ceiling * share, needed));
}

/** A pace without a burst, except for catching up: the account's bucket is left to events. */
export function createHeartbeatPace(options: HeartbeatSettings & { readonly now: Clock }): Pace {
  const ceiling = heartbeatCeilingOf(options);
  return createPace({ now: options.now, ceiling, burstSeconds: catchUpSeconds });
}
