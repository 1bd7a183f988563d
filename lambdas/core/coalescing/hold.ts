// One hold of the fan-out lease: flush after flush of what has become pending, until nothing is.
import type { Clock, Timers } from '../clock';
import type { Log } from '../log';
import { inOrderOfVersions } from './flush/conflate';
import { FlushesUnderWay } from './flushes-under-way';
import { HeldLease } from './held-lease';
import { PendingInbox } from './pending-inbox';
import type { OutgoingMessage } from '../fan-out/outgoing-message';
import type { FanOutLease, Flush, LaneEnd, LeaseState, PendingStore } from './ports';

/** The pause after the table has not answered, and between two looks while there is nothing to flush. */
const pauseMilliseconds = 250;

/** Milliseconds that a flush must have until the deadline. */
export const shortestFlushMilliseconds = 2_000;

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
 */
export class Hold {
  private readonly inbox: PendingInbox;
  private readonly lease: HeldLease;
  private readonly underWay: FlushesUnderWay;
  /** When pending events could not be read last. */
  private readFailedAt = -Infinity;

  /**
   * @param before what stood in the lease when it was acquired
   * @param deadline milliseconds since the Unix epoch; no post begins after it
   */
  constructor(
    holder: string,
    before: LeaseState,
    private readonly deadline: number,
    private readonly dependencies: HoldDependencies,
  ) {
    this.inbox = new PendingInbox(before, dependencies);
    this.lease = new HeldLease(holder, before, this.inbox, dependencies);
    this.underWay = new FlushesUnderWay((lane, cursor) => {
      this.inbox.finish(lane, cursor);
    });
  }

  /** Rejects only when the code is faulty; the lease is released then, too. */
  async run(given?: InHand | Promise<InHand | undefined>): Promise<HoldEnd> {
    let inHand: InHand | undefined;
    const stopRefreshing = this.lease.keepRefreshing();
    try {
      const sent = await this.lease.readSent();
      if (sent !== undefined) this.inbox.learnSent(sent);
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
        if (!(await this.lease.refresh()) || !(await this.readPending())) continue;
        if (inHand === undefined && !this.canFlush()) continue;
        await this.flush(inHand);
        inHand = undefined;
      }
    } finally {
      await this.underWay.singleServed();
      stopRefreshing();
      await this.release();
    }
    return { isLost: this.lease.isLost, inHand };
  }

  /** Until nothing of it is under way any more. When time is up, others need not wait for that. */
  settle(): Promise<void> {
    return this.underWay.settled();
  }

  /** Whether anything is pending that this hold has not sent. @throws when that cannot be read */
  findsMore(): Promise<boolean> {
    return this.inbox.findsMore();
  }

  private isOver(): boolean {
    if (this.lease.isLost || this.dependencies.now() >= this.deadline) return true;
    // Connections with batches do not wait for the end of the others' last flush.
    return this.isReleasing() && !this.underWay.isSingleBusy();
  }

  /** There is no time for another flush that may take long. */
  private isReleasing(): boolean {
    return this.dependencies.now() >= this.deadline - shortestFlushMilliseconds;
  }

  private isSingleFree(): boolean {
    return !this.underWay.isSingleBusy() && !this.isReleasing();
  }

  private isFinished(): boolean {
    return this.inbox.isDrained() && !this.inbox.hasWork() && !this.underWay.isAny();
  }

  private canFlush(): boolean {
    return this.inbox.hasWork('batched') || (this.inbox.hasWork('single') && this.isSingleFree());
  }

  /** Milliseconds until the next flush may begin. */
  private untilDue(): number {
    const { coalesceMilliseconds: interval, now } = this.dependencies;
    // The last flush may have been timed by another clock.
    return Math.min(interval, Math.max(0, this.lease.flushedAt + interval - now()));
  }

  private async waitForTurn(hasInHand: boolean): Promise<void> {
    const { now, timers } = this.dependencies;
    const paused = Math.max(this.readFailedAt, this.lease.failedAt) + pauseMilliseconds - now();
    // If only a slow lane or a straggler is under way, its end is a reason to go on, too.
    const isIdle = !hasInHand && this.inbox.isDrained() && !this.canFlush();
    const turn = Math.max(this.untilDue(), paused, isIdle ? pauseMilliseconds : 0);
    // If time runs out before the turn comes, there is only the release left to do.
    const left = this.deadline - (this.isReleasing() ? 0 : shortestFlushMilliseconds) - now();
    const milliseconds = Math.min(turn, Math.max(1, left));
    if (milliseconds <= 0) return;
    let cancel: (() => void) | undefined;
    const waited = new Promise<void>((resolve) => (cancel = timers.after(milliseconds, resolve)));
    await (isIdle ? Promise.race([waited, this.underWay.nextChange()]) : waited);
    cancel?.();
  }

  /** Reads what has become pending; false when it could not be read. */
  private async readPending(): Promise<boolean> {
    const isRead = await this.inbox.read(this.lease.read);
    if (!isRead) this.readFailedAt = this.dependencies.now();
    return isRead;
  }

  /** Ends when connections with batches are served, but for stragglers; the others may take longer. */
  private async flush(inHand: InHand | undefined): Promise<void> {
    const { inbox, underWay, deadline } = this;
    const { cursor } = inbox;
    this.lease.flushedAt = this.dependencies.now();
    const own = inHand?.messages ?? [];
    const isSingleFree = inHand !== undefined || this.isSingleFree();
    const flushing = this.dependencies.flush({
      batched: inOrderOfVersions([...inbox.take('batched'), ...own]),
      single: isSingleFree ? inOrderOfVersions([...inbox.take('single'), ...own]) : undefined,
      deadline,
      ...(inHand?.eventId === undefined ? {} : { eventId: inHand.eventId }),
    });
    underWay.begin(flushing, isSingleFree ? ['batched', 'single'] : ['batched'], cursor);
    if (inHand !== undefined) {
      const both = Promise.all([flushing.batched, flushing.single]);
      underWay.settleLater(both.then((reports) => inHand.onFlushed(reports)));
    }
    await flushing.served.batched;
  }

  private async release(): Promise<void> {
    const { inbox } = this;
    // The messages that a straggler misses may not be in the queue yet.
    if (this.underWay.isSettled()) {
      if (!inbox.hasWork('batched')) inbox.finish('batched', inbox.cursor);
      if (!inbox.hasWork('single')) inbox.finish('single', inbox.cursor);
    }
    await this.lease.release();
  }
}
