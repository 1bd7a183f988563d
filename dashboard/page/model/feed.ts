// The newest events as they came, so many and no more.
import type { AgentStatus, SessionActivity } from '#sdk/client';

export type FeedEvent =
  | { readonly type: 'agent:status'; readonly event: AgentStatus }
  | { readonly type: 'session:activity'; readonly event: SessionActivity };

export type FeedEntry = FeedEvent & {
  /** Tells entries apart; greater than those of all before it. */
  readonly number: number;
};

export const feedLength = 100;

/** As many events as a feed can show: those with the greatest timestamps, in their order. A snapshot has no order. */
export function newestOf(events: readonly FeedEvent[]): FeedEvent[] {
  return events
    .toSorted((one, other) => one.event.timestamp - other.event.timestamp)
    .slice(-feedLength);
}

/**
 * The feed with new events on top.
 * @param events what has come since, in any order
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
