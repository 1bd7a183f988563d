// The port of timelines: the newest events of each session, kept for some hours.
import type { SessionActivity, TimelineEvent } from '#sdk/protocol';
import type { Place, Position } from './position';

/** The ids of a session. */
export type SessionIds = Pick<SessionActivity, 'agentId' | 'sessionId'>;

/** A part of a timeline. */
export interface TimelineQuery {
  /** Only events behind this position; without a hash, only those before its timestamp. Default: from the newest on. */
  readonly before?: Place | undefined;
  /** The maximum number of events. */
  readonly limit: number;
  /** Milliseconds since the Unix epoch; events that have expired by then are left out. */
  readonly now: number;
}

export interface TimelinePage {
  /** The newest first; the order of events with the same timestamp is that of the hashes in their positions. */
  readonly events: readonly TimelineEvent[];
  /** The position behind which the older events are; absent if there are none. */
  readonly next?: Position;
}

export interface TimelineStore {
  /**
   * Adds events to the timelines of their sessions. An event that is there already is kept once, until the later time.
   * @param expiresAt from this time on, they count as deleted: milliseconds since the Unix epoch
   * @throws if not all of them were written
   */
  write(events: readonly SessionActivity[], expiresAt: number): Promise<void>;
  /**
   * Reads the events of a session, as many as have about the size of a message. A page may have fewer events than `limit`,
   * although it is not the last one, and even none if many have expired and are still stored.
   */
  page(session: SessionIds, query: TimelineQuery): Promise<TimelinePage>;
}
