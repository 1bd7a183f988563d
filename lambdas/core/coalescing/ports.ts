// The ports of coalescing: the fan-out lease, the pending events, and a flush.
import type { FanOutReport } from '../fan-out/fan-out';
import type { Lane } from '../connections/ports';
import type { OutgoingMessage } from '../fan-out/outgoing-message';

/**
 * Milliseconds by which an item may be older than `read` of the lease and still be found: each read begins this much before
 * the last one. An item that is older is recorded again, so the overlap is not needed for correctness. It makes that rare,
 * because it covers the duration of a write and small differences between clocks. Items that were sent within the overlap
 * have to be remembered.
 */
export const overlapMilliseconds = 1_000;

/** The progress of each lane: milliseconds since the Unix epoch, compared with `recordedAt` of pending items. */
type Cursors = Readonly<Record<Lane, number>>;

/** The state of the lease. All times are milliseconds since the Unix epoch. */
export interface LeaseState {
  /** The id of the invocation that flushes; undefined if the lease is free. */
  readonly holder: string | undefined;
  /** When the lease expires, unless it is refreshed. */
  readonly heldUntil: number;
  /** Written before pending items are read: an invocation that records an older item must make sure that it is read. */
  readonly read: number;
  /** Where a successor begins: everything recorded before has been posted to the whole lane, or is in the retry queue. */
  readonly done: Cursors;
  /** When the last flush began. */
  readonly flushedAt: number;
  /** Whether there is a list of sent items that a successor reads again: those after `done`, or shortly before it. */
  readonly hasSent: boolean;
}

/** The part of the lease that its holder writes. */
export type HeldState = Omit<LeaseState, 'holder'>;

/** By lane, the pending items that a successor must not send again: `<recordedAt>#<id>`. */
export type SentKeys = Readonly<Record<Lane, readonly string[]>>;

/** Lets one invocation flush at a time, by conditional writes of one item. Every method rejects if the table does not answer. */
export interface FanOutLease {
  /** The state, read consistently. A lease that was never acquired is free, and all its times are 0. */
  look(): Promise<LeaseState>;
  /**
   * Acquires the lease if it is free, has expired, or belongs to this holder already: the answer to an acquisition or to a
   * release may have been lost.
   * @returns the state before; undefined if another invocation holds the lease
   */
  acquire(holder: string, now: number, heldUntil: number): Promise<LeaseState | undefined>;
  /** Writes the whole state; false if the lease does not belong to this holder any more. */
  refresh(holder: string, state: HeldState): Promise<boolean>;
  /** Writes the whole state, and frees the lease; false if it did not belong to this holder any more. */
  release(holder: string, state: HeldState): Promise<boolean>;
  /** Replaces the list of items that were sent. */
  saveSent(sent: SentKeys): Promise<void>;
  /** The list that was saved last, read consistently; empty if there is none. */
  readSent(): Promise<SentKeys>;
}

/** The messages of one event, or of one pack, that wait for a flush. */
export interface PendingItem {
  /** The same if the messages are recorded again, so that they are sent once. */
  readonly id: string;
  /** Milliseconds since the Unix epoch; determines the order of items. */
  readonly recordedAt: number;
  readonly messages: readonly OutgoingMessage[];
}

export interface PendingStore {
  /** Writes an item, which its TTL deletes when it is no longer needed. */
  record(item: PendingItem): Promise<void>;
  /** All items with `recordedAt` of at least `from`, in that order, read consistently. */
  since(from: number): Promise<readonly PendingItem[]>;
}

export interface FlushRequest {
  /** The messages for each connection with batches, in this order. */
  readonly batched: readonly OutgoingMessage[];
  /** The messages for each connection without batches, in this order; undefined if the flush leaves these connections out. */
  readonly single: readonly OutgoingMessage[] | undefined;
  /** Milliseconds since the Unix epoch; no post begins after it. */
  readonly deadline: number;
  /** The id of the event, if the flush has only one, for the log. */
  readonly eventId?: string;
}

/**
 * The result of a flush for one lane: a report; `undefined` if other workers post (each with a report of its own), or if
 * there was nothing to send; `failed` after an unexpected error, which is logged.
 */
export type LaneEnd = FanOutReport | undefined | 'failed';

/** A flush that has begun. Its promises never reject. */
export interface Flushing {
  /** Resolves when each connection with batches has its messages, or the retry queue has them. */
  readonly batched: Promise<LaneEnd>;
  /** The same for connections without batches. */
  readonly single: Promise<LaneEnd>;
  /** By lane, resolves when its next flush may begin. Posts to stragglers may still be in flight. */
  readonly served: Readonly<Record<Lane, Promise<void>>>;
}

/**
 * Begins a fan-out of the collected messages: lists the connections once, and posts its messages to each lane. The posts of
 * a large flush are made by other workers; it counts as under way for as long as the pace needs for them. Never throws:
 * otherwise no invocation would flush the pending events until the lease expires.
 */
export type Flush = (request: FlushRequest) => Flushing;

/** A job to flush pending events that no lease holder flushes. */
export interface DrainJob {
  readonly drain: true;
}
