// Filters events by their words, and by the present status of their agents; counts those that wait while the feed is paused.
import type { AgentStatus, Change } from '#sdk/client';
import type { Filter } from '../agents/filter';
import { groupOf } from '../agents/groups';

/** An event in the feed: the change of a register, with a number that is greater than those of all earlier ones. */
export type FeedEvent = Change & { readonly id: number };

export type IsShown = (event: FeedEvent) => boolean;

/**
 * Returns a function that checks whether an event matches the filter: its words must occur in an id or in the message, and the
 * status is the one that the agent has now, whatever the event says. Returns undefined if all events match.
 * @param agents the agents of the client, which are looked up at each call
 */
export function eventFilter(
  agents: ReadonlyMap<string, AgentStatus>,
  { text, status, group }: Filter,
): IsShown | undefined {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && status === undefined && group === undefined) return undefined;
  return ({ current }) => {
    const now = agents.get(current.agentId)?.status ?? 'unknown';
    if (status !== undefined && now !== status) return false;
    if (group !== undefined && groupOf(current.agentId) !== group) return false;
    const texts = textsOf(current).map((each) => each.toLowerCase());
    return words.every((word) => texts.some((each) => each.includes(word)));
  };
}

function textsOf(current: Change['current']): readonly string[] {
  return 'lastMessage' in current
    ? [current.agentId, current.sessionId, current.lastMessage]
    : [current.agentId];
}

/** Whether an event was not received when it happened, but with the state that a connection begins with. */
export const isRestored = ({ source }: FeedEvent) => source === 'snapshot';

/**
 * Counts the events that have come since a list was held. Restored ones are no news.
 * @param events the present events
 * @param held the events that are shown, of which none is newer
 */
export function countNew(events: readonly FeedEvent[], held: readonly FeedEvent[]): number {
  const newest = held.reduce((id, event) => Math.max(id, event.id), -Infinity);
  return events.filter((event) => event.id > newest && !isRestored(event)).length;
}
