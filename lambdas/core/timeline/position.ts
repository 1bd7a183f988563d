// The position of an event in the timeline of its session, and the cursors that contain it.
import { createHash } from 'node:crypto';
import type { TimelineEvent } from '#sdk/protocol';

/** Where an event is in its timeline. Two events of a session differ in their positions. */
export interface Position {
  readonly timestamp: number;
  /** Distinguishes events with the same timestamp: 8 characters of `A-Za-z0-9_-`. */
  readonly hash: string;
}

/** A position, or the beginning of a time, which is before all events with this timestamp. */
export type Place = Pick<Position, 'timestamp'> & Partial<Position>;

/** The position of an event; it depends on nothing but the event, so that a repeated event has the same one. */
export function positionOf({ timestamp, lastMessage }: TimelineEvent): Position {
  const hash = createHash('sha256').update(lastMessage).digest('base64url').slice(0, 8);
  return { timestamp, hash };
}

/** Where the reading of a timeline has arrived. */
export interface Cursor {
  readonly before?: Place | undefined;
  /** The number of events that have been told so far, as the client says: it saves reads, and protects nothing. */
  readonly told: number;
}

/** The text of a cursor behind a position. */
export function formatCursor({ timestamp, hash }: Position, told: number): string {
  return `${timestamp}#${hash}#${told}`;
}

/** Reads a cursor of a client, which the protocol has checked. */
export function parseCursor(cursor: string | undefined): Cursor {
  if (cursor === undefined) return { told: 0 };
  const [timestamp, hash, told = 0] = cursor.split('#');
  return {
    before: { timestamp: Number(timestamp), ...(hash !== undefined && { hash }) },
    told: Number(told),
  };
}
