// Keeps a limited number of the newest events, in the order of their arrival.
import type { AgentStatus, SessionActivity } from '#sdk/client';

export type FeedEvent =
  | { readonly type: 'agent:status'; readonly event: AgentStatus }
  | { readonly type: 'session:activity'; readonly event: SessionActivity };

export type FeedEntry = FeedEvent & {
  /** A number that identifies the entry; greater than those of all earlier entries. */
  readonly number: number;
};

/** The maximum number of entries in the feed. */
export const feedLength = 100;

/** Returns the newest {@link feedLength} events, sorted by timestamp, because the events of a snapshot have no order. */
export function newestOf(events: readonly FeedEvent[]): FeedEvent[] {
  return events
    .toSorted((one, other) => one.event.timestamp - other.event.timestamp)
    .slice(-feedLength);
}

/**
 * Returns the feed with new events at the top.
 * @param events the new events, in any order
 */
export function addToFeed(
  feed: readonly FeedEntry[],
  events: readonly FeedEvent[],
): readonly FeedEntry[] {
  if (events.length === 0) return feed;
  const first = (feed[0]?.number ?? 0) + 1;
  const entries = newestOf(events).map((event, index) => ({ ...event, number: first + index }));
  return [...entries.reverse(), ...feed].slice(0, feedLength);
}
