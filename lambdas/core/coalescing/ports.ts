// What coalescing needs from the outside: the fan-out lease, the pending events, and a flush.
import type { FanOutReport } from '../fan-out/fan-out';
import type { Lane } from '../connections/ports';
import type { OutgoingMessage } from '../fan-out/outgoing-message';

/**
 * Milliseconds by which an item may be older than `read` of the lease and still is met: readings begin so much before
 * the last one. Whoever records one that is older records it again. So it is not for safety: it makes that rare, as it
 * covers the time that a write takes and small differences of clocks. What was sent in it has to be remembered.
 */
export const overlapMilliseconds = 1_000;

/** How far a lane has come: milliseconds since the Unix epoch, compared with `recordedAt` of pending items. */
type Cursors = Readonly<Record<Lane, number>>;

/** What stands in the lease. All times are milliseconds since the Unix epoch. */
export interface LeaseState {
  /** Who flushes; undefined when nobody does. */
  readonly holder: string | undefined;
  /** From then on the holder counts as dead. */
  readonly heldUntil: number;
  /** Written before pending items are read: whoever records an older item must make sure that it is seen. */
  readonly read: number;
  /** Where a successor begins: everything recorded before has been posted to the whole lane, or is in the retry queue. */
  readonly done: Cursors;
  /** When the last flush began. */
  readonly flushedAt: number;
  /** Whether there is a list of items that were sent although they lie behind `done`, or so close to it that they may. */
  readonly hasSent: boolean;
}

/** The part of the lease that its holder writes. */
export type HeldState = Omit<LeaseState, 'holder'>;

/** By lane, what a successor must not send again: `<recordedAt>#<id>` of pending items. */
export type SentKeys = Readonly<Record<Lane, readonly string[]>>;

/** One at a time may flush. Conditional writes on one item; every method may reject when the table does not answer. */
export interface FanOutLease {
  /** Read consistently. A lease that was never taken is free, and all its times are 0. */
  look(): Promise<LeaseState>;
  /**
   * Takes the lease if it is free, its holder counts as dead, or it is this holder's: the answer to an acquisition or to a
   * release may have been lost.
   * @returns what stood in it; undefined when somebody else holds it
   */
  acquire(holder: string, now: number, heldUntil: number): Promise<LeaseState | undefined>;
  /** Writes all of it; false when it is not this holder's any more. */
  refresh(holder: string, state: HeldState): Promise<boolean>;
  /** Writes all of it, and frees it; false when it was not this holder's any more. */
  release(holder: string, state: HeldState): Promise<boolean>;
  /** Replaces the list of items that were sent. */
  saveSent(sent: SentKeys): Promise<void>;
  /** The list that was saved last, read consistently; empty when there is none. */
  readSent(): Promise<SentKeys>;
}

/** Messages of one event, or of one pack of events, that wait for a flush. */
export interface PendingItem {
  /** The same when it is recorded again: it is sent once. */
  readonly id: string;
  /** Milliseconds since the Unix epoch: orders the items. */
  readonly recordedAt: number;
  readonly messages: readonly OutgoingMessage[];
}

export interface PendingStore {
  /** Items are deleted by their TTL when nobody needs them any more. */
  record(item: PendingItem): Promise<void>;
  /** All items with `recordedAt` of at least `from`, in that order, read consistently. */
  since(from: number): Promise<readonly PendingItem[]>;
}

export interface FlushOrder {
  /** For each connection with batches, in this order. */
  readonly batched: readonly OutgoingMessage[];
  /** For each connection without, in this order; undefined: these connections are not looked at. */
  readonly single: readonly OutgoingMessage[] | undefined;
  /** Milliseconds since the Unix epoch; no post begins after it. */
  readonly deadline: number;
  /** Of the only event in it, for the log. */
  readonly eventId?: string;
}

/**
 * What became of a lane: a report, `undefined` when other workers do it (each with a report of its own) or there was nothing
 * to send, or `failed` by a fault of ours, which is logged.
 */
export type LaneEnd = FanOutReport | undefined | 'failed';

/** A flush under way: its promises never reject. */
export interface Flushing {
  /** Every connection with batches has its messages, or the retry queue has them. */
  readonly batched: Promise<LaneEnd>;
  /** The same for all others. */
  readonly single: Promise<LaneEnd>;
  /** The next flush to a lane may begin: all but stragglers have their messages, whose posts may be in flight still. */
  readonly served: Readonly<Record<Lane, Promise<void>>>;
}

/**
 * One fan-out of what was collected: lists the connections once, and posts to each lane what it is to get. A large one
 * is done by other workers; it then counts as under way for as long as the pace needs for it.
 * @throws never; a rejection would strand what is pending
 */
export type Flush = (order: FlushOrder) => Flushing;

/** What is pending has nobody who flushes it. */
export interface DrainJob {
  readonly drain: true;
}
