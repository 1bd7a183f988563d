// Reads pending items for one holder, and tracks the progress of each lane.
import type { Clock } from '../clock';
import type { Lane } from '../connections/ports';
import type { OutgoingMessage } from '../fan-out/outgoing-message';
import type { Log } from '../log';
import { LaneProgress } from './lane-progress';
import { overlapMilliseconds, type LeaseState, type PendingStore, type SentKeys } from './ports';

/** Items that have been pending for longer have expired: TTL deletes them some time later. */
const longestPendingMilliseconds = 60 * 60_000;

/**
 * A cursor determines which pending items are read: it is the value of `read` in the lease when they were last read, and
 * the next read begins an overlap before it. After an item is recorded, its `recordedAt` is compared with `read`: either
 * the item was written before `read` was, and the read that followed has found it; or it is not older than the overlap, and
 * the next read finds it. A lane is done up to the cursor when all items that were read with it have been sent.
 */
export class PendingInbox {
  /** The cursor: milliseconds since the Unix epoch. */
  private readUpTo: number;
  /** Whether the last read succeeded and found nothing new, and nothing was flushed since. */
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

  /** By lane, the cursor up to which all items have been sent. */
  get done(): Readonly<Record<Lane, number>> {
    return { batched: this.lanes.batched.done, single: this.lanes.single.done };
  }

  /** By lane, the keys of the items that a successor reads again, and must not send. */
  sentKeys(): SentKeys {
    return { batched: this.lanes.batched.sentKeys(), single: this.lanes.single.sentKeys() };
  }

  /** Marks the items that predecessors have sent. */
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
   * Reads new pending items into both lanes.
   * @param cursor the current `read` of the lease
   * @returns false if they could not be read
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

  /** Takes all messages that wait for a lane, in order; from now on they count as sent. */
  take(lane: Lane): readonly OutgoingMessage[] {
    this.isEmpty = false;
    return this.lanes[lane].take();
  }

  /** Records that everything that was read up to this cursor has been sent to the lane. */
  finish(lane: Lane, cursor: number): void {
    this.lanes[lane].finish(cursor);
  }

  /** Whether anything is pending that is neither sent nor being sent. @throws if pending items cannot be read */
  async findsMore(): Promise<boolean> {
    // Items that were read but not sent in time are known to this holder only.
    if (this.hasWork()) return true;
    const items = await this.dependencies.pending.since(this.from());
    return items.some((item) => this.lanes.batched.isNew(item) || this.lanes.single.isNew(item));
  }

  /** Where the next read begins. If the lease has lost its cursors, or was not used for long, expired items are left out. */
  private from(): number {
    return Math.max(
      this.readUpTo - overlapMilliseconds,
      this.dependencies.now() - longestPendingMilliseconds,
    );
  }
}
