// Defines the order of a timeline, and the cursors with which its pages are requested.
import type { Payload } from './event-message';
import { compareText } from './registers';

/** An event in the timeline of a session: its ids are those of the session. */
export type TimelineEvent = Pick<Payload<'session:activity'>, 'lastMessage' | 'timestamp'>;

/**
 * A cursor: a timestamp, which clients may make themselves; or, from the server, the position of an event and the number of
 * events that were told so far. Positions have a hash, because several events can have the same timestamp.
 */
export const timelineCursor = /^\d{1,15}(#[\w-]{8}#\d{1,5})?$/;

/** Compares two events of a session, for a list with the newest first; 0 if they are the same. */
export function byNewest(one: TimelineEvent, other: TimelineEvent): number {
  return other.timestamp - one.timestamp || compareText(other.lastMessage, one.lastMessage);
}
