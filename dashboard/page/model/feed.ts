// The feed: a limited number of the newest events, in the order of their arrival.
import type { AgentStatus, SessionActivity } from '#sdk/client';

export type FeedEvent =
  | { readonly type: 'agent:status'; readonly event: AgentStatus }
  | { readonly type: 'session:activity'; readonly event: SessionActivity };

export type FeedEntry = FeedEvent & {
  /** A number that identifies the entry; greater than those of all earlier entries. */
  readonly number: number;
};

export const feedLength = 100;

/** The newest events, as many as a feed can show, in the order of their timestamps. A snapshot has no order. */
export function newestOf(events: readonly FeedEvent[]): FeedEvent[] {
  return events
    .toSorted((one, other) => one.event.timestamp - other.event.timestamp)
    .slice(-feedLength);
}

/**
 * The feed with new events on top.
 * @param events the events that have come since, in any order
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
