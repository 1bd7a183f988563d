// One hold of the fan-out lease: flush after flush of what has become pending, until nothing is.
import type { Clock, Timers } from '../clock';
import type { Lane } from '../connections/ports';
import type { Log } from '../log';
import { inOrderOfVersions } from './flush/conflate';
import { LaneProgress } from './lane-progress';
import type { OutgoingMessage } from '../fan-out/outgoing-message';
import {
  overlapMilliseconds,
  type FanOutLease,
  type Flush,
  type Flushing,
  type LaneEnd,
  type LeaseState,
  type PendingStore,
  type SentKeys,
} from './ports';

/** How long the lease lasts without being renewed, in milliseconds: so long everybody waits for a holder that died. */
export const leaseMilliseconds = 5_000;

/** The pause after the table has not answered, and between two looks while there is nothing to flush. */
const pauseMilliseconds = 250;

/** Milliseconds that a flush must have until the deadline. */
export const shortestFlushMilliseconds = 2_000;

/** What has been pending for longer has expired: TTL deletes it some time later. */
const longestPendingMilliseconds = 60 * 60_000;

/** What the holder has brought itself: messages that nobody else knows of. */
export interface InHand {
  readonly messages: readonly OutgoingMessage[];
  readonly eventId?: string;
  /** Told what became of the flush that had it. Never rejects. */
  readonly onFlushed: (ends: readonly LaneEnd[]) => Promise<void>;
}

export interface HoldDependencies {
  readonly lease: FanOutLease;
  readonly pending: PendingStore;
  readonly flush: Flush;
  readonly coalesceMilliseconds: number;
  readonly now: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

export interface HoldEnd {
  /** Somebody else has taken the lease: whatever is pending is for that holder. */
  readonly isLost: boolean;
  /** What was given and never flushed, because time was up or the lease was lost. */
  readonly inHand: InHand | undefined;
}

/**
 * Flushes, no sooner than `coalesceMilliseconds` after the last flush, whoever made it; releases the lease at the end,
 * however that comes.
 *
 * What is read of the pending items is decided by a cursor, which is what `read` in the lease was when they were
 * read last: the next reading begins an overlap before it. Whoever records an item compares it with `read` afterwards:
 * either it was written before `read` was, and the reading that followed has met it; or it is not older than the
 * overlap, and the next reading meets it. A lane is done up to the cursor when all that was read with it has been sent.
 */
export class Hold {
  private read: number;
  private cursor: number;
  private flushedAt: number;
  private refreshedAt: number;
  private isLost = false;
  /** The last reading succeeded, there was nothing new, and nothing was flushed since. */
  private isDrained = false;
  /** Not before this time: the table did not answer. */
  private pausedUntil = 0;
  private readonly batched: LaneProgress;
  private readonly single: LaneProgress;
  /** The flush to connections without batches, which may outlast several others. */
  private singleFlush: Promise<void> | undefined;
  /** What has begun and not ended: flushes that wait for stragglers, and what is told of flushes. */
  private readonly unsettled = new Set<Promise<void>>();
  /** Until all flushes so far have ended in that lane: lanes are done in the order of flushes. */
  private readonly ended = { batched: Promise.resolve(), single: Promise.resolve() };
  /** Writes of the lease, one after the other: an older one must not overtake. */
  private writing: Promise<unknown> = Promise.resolve();

  /**
   * @param before what stood in the lease when it was acquired
   * @param deadline milliseconds since the Unix epoch; no post begins after it
   */
  constructor(
    private readonly holder: string,
    private readonly before: LeaseState,
    private readonly deadline: number,
    private readonly dependencies: HoldDependencies,
  ) {
    this.read = before.read;
    this.cursor = Math.min(before.done.batched, before.done.single);
    this.flushedAt = before.flushedAt;
    this.refreshedAt = dependencies.now();
    this.batched = new LaneProgress(before.done.batched);
    this.single = new LaneProgress(before.done.single);
  }

  /** Rejects for no reason but a fault of ours; the lease is free again then, too. */
  async run(given?: InHand | Promise<InHand | undefined>): Promise<HoldEnd> {
    let inHand: InHand | undefined;
    const stopRefreshing = this.keepRefreshing();
    try {
      await this.learnSent();
      inHand = await given;
      if (inHand !== undefined && this.untilDue() === 0 && !this.isOver()) {
        await this.flush(inHand);
        inHand = undefined;
      }
      await this.readPending();
      while (inHand !== undefined || !this.isFinished()) {
        if (this.isOver()) break;
        await this.waitForTurn(inHand !== undefined);
        if (this.isOver() || (inHand === undefined && this.isFinished())) continue;
        if (!(await this.refresh()) || !(await this.readPending())) continue;
        if (inHand === undefined && !this.canFlush()) continue;
        await this.flush(inHand);
        inHand = undefined;
      }
    } finally {
      await this.singleFlush;
      stopRefreshing();
      await this.release();
    }
    return { isLost: this.isLost, inHand };
  }

  /** Until nothing of it is under way any more. When time is up, others need not wait for that. */
  async settle(): Promise<void> {
    await Promise.all(this.unsettled);
  }

  /** Whether anything is pending that this hold has not sent. @throws when that cannot be read */
  async findsMore(): Promise<boolean> {
    // What was read, and could not be sent in time, is known to this hold alone.
    if (this.hasWork()) return true;
    const items = await this.dependencies.pending.since(this.from());
    return items.some((item) => this.batched.isNew(item) || this.single.isNew(item));
  }

  /** A lease that has lost its cursors, or lay idle through a rollback, must not bring back what nobody wants any more. */
  private from(): number {
    return Math.max(
      this.cursor - overlapMilliseconds,
      this.dependencies.now() - longestPendingMilliseconds,
    );
  }

  private isOver(): boolean {
    if (this.isLost || this.dependencies.now() >= this.deadline) return true;
    // Connections with batches do not wait for the end of the others' last flush.
    return this.isReleasing() && this.singleFlush === undefined;
  }

  /** There is no time for another flush that may take long. */
  private isReleasing(): boolean {
    return this.dependencies.now() >= this.deadline - shortestFlushMilliseconds;
  }

  private isSingleFree(): boolean {
    return this.singleFlush === undefined && !this.isReleasing();
  }

  private isFinished(): boolean {
    return this.isDrained && !this.hasWork() && !this.isUnderWay();
  }

  private isUnderWay(): boolean {
    return this.singleFlush !== undefined || this.unsettled.size > 0;
  }

  private hasWork(): boolean {
    return this.batched.hasWork || this.single.hasWork;
  }

  private canFlush(): boolean {
    return this.batched.hasWork || (this.single.hasWork && this.isSingleFree());
  }

  /** Milliseconds until the next flush may begin. */
  private untilDue(): number {
    const { coalesceMilliseconds: interval, now } = this.dependencies;
    // The last flush may have been timed by another clock.
    return Math.min(interval, Math.max(0, this.flushedAt + interval - now()));
  }

  private async waitForTurn(hasInHand: boolean): Promise<void> {
    const { now, timers } = this.dependencies;
    const paused = this.pausedUntil - now();
    // Only a slow lane or a straggler keeps this hold alive: that it ends is as good a reason to go on.
    const isIdle = !hasInHand && this.isDrained && !this.canFlush();
    const turn = Math.max(this.untilDue(), paused, isIdle ? pauseMilliseconds : 0);
    // Whoever is out of time before its turn comes has only to hand over.
    const left = this.deadline - (this.isReleasing() ? 0 : shortestFlushMilliseconds) - now();
    const milliseconds = Math.min(turn, Math.max(1, left));
    if (milliseconds <= 0) return;
    let cancel: (() => void) | undefined;
    const waited = new Promise<void>((resolve) => (cancel = timers.after(milliseconds, resolve)));
    const underWay = this.singleFlush ?? Promise.all(this.unsettled);
    await (isIdle ? Promise.race([waited, underWay]) : waited);
    cancel?.();
  }

  private async learnSent(): Promise<void> {
    const { lease, log } = this.dependencies;
    if (!this.before.hasSent) return;
    try {
      const sent = await lease.readSent();
      this.batched.learnSent(sent.batched);
      this.single.learnSent(sent.single);
    } catch (error) {
      // Some are sent twice, which registers do not mind.
      log.warn('sent events not read', { error });
    }
  }

  /** Reads what has become pending into both lanes; false when it could not be read. */
  private async readPending(): Promise<boolean> {
    const { pending, log, now } = this.dependencies;
    const { read } = this;
    try {
      const items = await pending.since(this.from());
      this.cursor = read;
      let isNew = false;
      for (const item of items) {
        const [forBatched, forSingle] = [this.batched.offer(item), this.single.offer(item)];
        isNew ||= forBatched || forSingle;
      }
      this.isDrained = !isNew;
      return true;
    } catch (error) {
      log.warn('pending events not read', { error });
      this.isDrained = false;
      this.pausedUntil = now() + pauseMilliseconds;
      return false;
    }
  }

  /** Ends when connections with batches are served, but for stragglers; the others may take longer. */
  private async flush(inHand: InHand | undefined): Promise<void> {
    const { flush, now } = this.dependencies;
    const { cursor, deadline } = this;
    this.flushedAt = now();
    this.isDrained = false;
    const own = inHand?.messages ?? [];
    const isSingleFree = inHand !== undefined || this.isSingleFree();
    const flushing = flush({
      batched: inOrderOfVersions([...this.batched.take(), ...own]),
      single: isSingleFree ? inOrderOfVersions([...this.single.take(), ...own]) : undefined,
      deadline,
      ...(inHand?.eventId === undefined ? {} : { eventId: inHand.eventId }),
    });
    this.finishAfter('batched', flushing, cursor);
    if (isSingleFree) {
      this.finishAfter('single', flushing, cursor);
      this.singleFlush = flushing.served.single.then(() => {
        this.singleFlush = undefined;
      });
    }
    if (inHand !== undefined) {
      const both = Promise.all([flushing.batched, flushing.single]);
      this.settleLater(both.then((reports) => inHand.onFlushed(reports)));
    }
    await flushing.served.batched;
  }

  /** A lane is done up to the cursor when this flush and those before have ended in it, stragglers and all. */
  private finishAfter(lane: Lane, flushing: Flushing, cursor: number): void {
    const ended = Promise.all([this.ended[lane], flushing[lane]]).then(() => {
      this[lane].finish(cursor);
    });
    this.ended[lane] = ended;
    this.settleLater(ended);
  }

  private settleLater(task: Promise<void>): void {
    this.unsettled.add(task);
    void task.finally(() => this.unsettled.delete(task)).catch(() => undefined);
  }

  /** Writes the lease in its turn. */
  private write(task: () => Promise<boolean>): Promise<boolean> {
    const { log, now } = this.dependencies;
    const written = this.writing.then(async () => {
      if (this.isLost) return false;
      try {
        this.isLost = !(await task());
        this.refreshedAt = now();
        if (this.isLost) log.warn('fan-out lease lost');
        return !this.isLost;
      } catch (error) {
        log.warn('fan-out lease not written', { error });
        this.pausedUntil = now() + pauseMilliseconds;
        return false;
      }
    });
    this.writing = written;
    return written;
  }

  /** Writes that pending items are about to be read, and that a flush begins; false when that was not possible. */
  private refresh(): Promise<boolean> {
    const { lease, now } = this.dependencies;
    return this.write(async () => {
      const time = now();
      // Never backwards: what was compared with it must stay true.
      const read = Math.max(time, this.read);
      const isOurs = await lease.refresh(this.holder, this.stateOf(read, time));
      if (isOurs) this.read = read;
      return isOurs;
    });
  }

  /** While a flush takes long. */
  private keepRefreshing(): () => void {
    const { lease, now, timers } = this.dependencies;
    const third = leaseMilliseconds / 3;
    let stop: () => void;
    const refreshLater = () => {
      stop = timers.after(third, () => {
        refreshLater();
        if (now() - this.refreshedAt < third || this.isLost) return;
        void this.write(() => lease.refresh(this.holder, this.stateOf(this.read, this.flushedAt)));
      });
    };
    refreshLater();
    return () => {
      stop();
    };
  }

  private stateOf(read: number, flushedAt: number) {
    const { now } = this.dependencies;
    const done = { batched: this.batched.done, single: this.single.done };
    const { hasSent } = this.before;
    return { read, flushedAt, done, hasSent, heldUntil: now() + leaseMilliseconds };
  }

  /** Whether a successor finds the list: without it some are sent twice, but a lease that is not freed silences all. */
  private async saveSent(sent: SentKeys): Promise<boolean> {
    if (sent.batched.length + sent.single.length === 0) return false;
    try {
      await this.dependencies.lease.saveSent(sent);
      return true;
    } catch (error) {
      this.dependencies.log.warn('sent events not noted', { error });
      return false;
    }
  }

  /** Never rejects: a lease that is not released ends by itself. */
  private async release(): Promise<void> {
    const { lease, now } = this.dependencies;
    // What a straggler misses may not be in the queue yet.
    const isSettled = this.unsettled.size === 0;
    if (isSettled && !this.batched.hasWork) this.batched.finish(this.cursor);
    if (isSettled && !this.single.hasWork) this.single.finish(this.cursor);
    const sent = { batched: this.batched.sentKeys(), single: this.single.sentKeys() };
    await this.write(async () => {
      const hasSent = await this.saveSent(sent);
      const read = Math.max(now(), this.read);
      const state = { ...this.stateOf(read, this.flushedAt), hasSent, heldUntil: 0 };
      // A release whose answer was lost is made twice, and then finds that it is not ours: that is no loss.
      await lease.release(this.holder, state);
      return true;
    });
  }
}
