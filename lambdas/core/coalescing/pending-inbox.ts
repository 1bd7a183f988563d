// What is pending, as one holder has read it, and how far each lane has come with it.
import type { Clock } from '../clock';
import type { Lane } from '../connections/ports';
import type { OutgoingMessage } from '../fan-out/outgoing-message';
import type { Log } from '../log';
import { LaneProgress } from './lane-progress';
import { overlapMilliseconds, type LeaseState, type PendingStore, type SentKeys } from './ports';

/** What has been pending for longer has expired: TTL deletes it some time later. */
const longestPendingMilliseconds = 60 * 60_000;

/**
 * What is read of the pending items is decided by a cursor, which is what `read` in the lease was when they were
 * read last: the next reading begins an overlap before it. Whoever records an item compares it with `read` afterwards:
 * either it was written before `read` was, and the reading that followed has met it; or it is not older than the
 * overlap, and the next reading meets it. A lane is done up to the cursor when all that was read with it has been sent.
 */
export class PendingInbox {
  /** Up to where pending items have been read: milliseconds since the Unix epoch. */
  private readUpTo: number;
  /** The last reading succeeded, there was nothing new, and nothing was flushed since. */
  private isEmpty = false;
  private readonly lanes: Readonly<Record<Lane, LaneProgress>>;

  constructor(
    { done }: LeaseState,
    private readonly dependencies: {
      readonly pending: PendingStore;
      readonly now: Clock;
      readonly log: Log;
    },
  ) {
    this.readUpTo = Math.min(done.batched, done.single);
    this.lanes = { batched: new LaneProgress(done.batched), single: new LaneProgress(done.single) };
  }

  get cursor(): number {
    return this.readUpTo;
  }

  /** By lane, up to where all items have been sent. */
  get done(): Readonly<Record<Lane, number>> {
    return { batched: this.lanes.batched.done, single: this.lanes.single.done };
  }

  /** By lane, what a successor reads once more, and must not send. */
  sentKeys(): SentKeys {
    return { batched: this.lanes.batched.sentKeys(), single: this.lanes.single.sentKeys() };
  }

  /** Takes note of what a predecessor has sent. */
  learnSent(sent: SentKeys): void {
    this.lanes.batched.learnSent(sent.batched);
    this.lanes.single.learnSent(sent.single);
  }

  isDrained(): boolean {
    return this.isEmpty;
  }

  hasWork(lane?: Lane): boolean {
    if (lane !== undefined) return this.lanes[lane].hasWork;
    return this.lanes.batched.hasWork || this.lanes.single.hasWork;
  }

  /**
   * Reads what has become pending into both lanes.
   * @param cursor what `read` of the lease is now
   * @returns false when it could not be read
   */
  async read(cursor: number): Promise<boolean> {
    const { pending, log } = this.dependencies;
    try {
      const items = await pending.since(this.from());
      this.readUpTo = cursor;
      this.isEmpty = true;
      for (const item of items) {
        const [forBatched, forSingle] = [
          this.lanes.batched.offer(item),
          this.lanes.single.offer(item),
        ];
        if (forBatched || forSingle) this.isEmpty = false;
      }
      return true;
    } catch (error) {
      log.warn('pending events not read', { error });
      this.isEmpty = false;
      return false;
    }
  }

  /** All messages that wait for a lane, in order; from now on they count as sent. */
  take(lane: Lane): readonly OutgoingMessage[] {
    this.isEmpty = false;
    return this.lanes[lane].take();
  }

  /** Everything that was read up to this cursor has been sent to the lane. */
  finish(lane: Lane, cursor: number): void {
    this.lanes[lane].finish(cursor);
  }

  /** Whether anything is pending that is neither sent nor being sent. @throws when that cannot be read */
  async findsMore(): Promise<boolean> {
    // What was read, and could not be sent in time, is known to this holder alone.
    if (this.hasWork()) return true;
    const items = await this.dependencies.pending.since(this.from());
    return items.some((item) => this.lanes.batched.isNew(item) || this.lanes.single.isNew(item));
  }

  /** With a lease that has lost its cursors, or was not used for long, events that have expired must not be sent. */
  private from(): number {
    return Math.max(
      this.readUpTo - overlapMilliseconds,
      this.dependencies.now() - longestPendingMilliseconds,
    );
  }
}
