// Flushes pending events while the fan-out lease is held: one flush after the other, until nothing is pending.
import type { Clock, Timers } from '../clock';
import type { Log } from '../log';
import { inOrderOfVersions } from './flush/conflate';
import { FlushesUnderWay } from './flushes-under-way';
import { HeldLease } from './held-lease';
import { PendingInbox } from './pending-inbox';
import type { OutgoingMessage } from '../fan-out/outgoing-message';
import type { FanOutLease, Flush, LaneEnd, LeaseState, PendingStore } from './ports';

/** The pause in milliseconds after the table has not answered, and between two reads while there is nothing to flush. */
const pauseMilliseconds = 250;

/** The minimum milliseconds until the deadline for which a flush that may take long can begin. */
export const shortestFlushMilliseconds = 2_000;

/** The holder's own messages, which are not recorded in the table. */
export interface OwnMessages {
  readonly messages: readonly OutgoingMessage[];
  readonly eventId?: string;
  /** Called with the results of the flush that contained the messages. Never rejects. */
  readonly onFlushed: (ends: readonly LaneEnd[]) => Promise<void>;
}

export interface FlushLoopDependencies {
  readonly lease: FanOutLease;
  readonly pending: PendingStore;
  readonly flush: Flush;
  readonly coalesceMilliseconds: number;
  readonly now: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

export interface FlushLoopEnd {
  /** Whether another invocation has taken the lease, and with it the pending events. */
  readonly isLost: boolean;
  /** The given messages if they were not flushed, because the deadline was reached or the lease was lost. */
  readonly ownMessages: OwnMessages | undefined;
}

/**
 * Flushes at intervals of at least `coalesceMilliseconds`, which include the last flush of any holder. Always releases the
 * lease at the end.
 */
export class FlushLoop {
  private readonly inbox: PendingInbox;
  private readonly lease: HeldLease;
  private readonly underWay: FlushesUnderWay;
  /** When a read of pending events last failed. */
  private readFailedAt = -Infinity;

  /**
   * @param before the state of the lease when it was acquired
   * @param deadline milliseconds since the Unix epoch; no post begins after it
   */
  constructor(
    holder: string,
    before: LeaseState,
    private readonly deadline: number,
    private readonly dependencies: FlushLoopDependencies,
  ) {
    this.inbox = new PendingInbox(before, dependencies);
    this.lease = new HeldLease(holder, before, this.inbox, dependencies);
    this.underWay = new FlushesUnderWay((lane, cursor) => {
      this.inbox.finish(lane, cursor);
    });
  }

  /** Flushes `given` and all pending events. Rejects only if the code is faulty; the lease is released then, too. */
  async run(given?: OwnMessages | Promise<OwnMessages | undefined>): Promise<FlushLoopEnd> {
    let ownMessages: OwnMessages | undefined;
    const stopRefreshing = this.lease.keepRefreshing();
    try {
      const sent = await this.lease.readSent();
      if (sent !== undefined) this.inbox.learnSent(sent);
      ownMessages = await given;
      if (ownMessages !== undefined && this.untilDue() === 0 && !this.isOver()) {
        await this.flush(ownMessages);
        ownMessages = undefined;
      }
      await this.readPending();
      while (ownMessages !== undefined || !this.isFinished()) {
        if (this.isOver()) break;
        await this.waitForTurn(ownMessages !== undefined);
        if (this.isOver() || (ownMessages === undefined && this.isFinished())) continue;
        if (!(await this.lease.refresh()) || !(await this.readPending())) continue;
        if (ownMessages === undefined && !this.canFlush()) continue;
        await this.flush(ownMessages);
        ownMessages = undefined;
      }
    } finally {
      await this.underWay.whenSingleLaneIsFree();
      stopRefreshing();
      await this.release();
    }
    return { isLost: this.lease.isLost, ownMessages };
  }

  /** Resolves when all flushes have ended, with their stragglers. The lease is released before that. */
  settle(): Promise<void> {
    return this.underWay.settled();
  }

  /** Whether anything is pending that has not been sent. @throws if pending events cannot be read */
  findsMore(): Promise<boolean> {
    return this.inbox.findsMore();
  }

  private isOver(): boolean {
    if (this.lease.isLost || this.dependencies.now() >= this.deadline) return true;
    // While the last flush to connections without batches is under way, those with batches are still posted to.
    return this.isReleasing() && !this.underWay.isSingleBusy();
  }

  /** Whether there is no time left for another flush that may take long. */
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
    // `flushedAt` may be of another clock, so the result is limited to the interval.
    return Math.min(interval, Math.max(0, this.lease.flushedAt + interval - now()));
  }

  private async waitForTurn(hasInHand: boolean): Promise<void> {
    const { now, timers } = this.dependencies;
    const paused = Math.max(this.readFailedAt, this.lease.failedAt) + pauseMilliseconds - now();
    // If only a slow lane or a straggler is under way, its end also ends the wait.
    const isIdle = !hasInHand && this.inbox.isDrained() && !this.canFlush();
    const turn = Math.max(this.untilDue(), paused, isIdle ? pauseMilliseconds : 0);
    // If the deadline comes first, only the release is left to do.
    const left = this.deadline - (this.isReleasing() ? 0 : shortestFlushMilliseconds) - now();
    const milliseconds = Math.min(turn, Math.max(1, left));
    if (milliseconds <= 0) return;
    let cancel: (() => void) | undefined;
    const waited = new Promise<void>((resolve) => (cancel = timers.after(milliseconds, resolve)));
    await (isIdle ? Promise.race([waited, this.underWay.nextChange()]) : waited);
    cancel?.();
  }

  /** Reads new pending events; false if they could not be read. */
  private async readPending(): Promise<boolean> {
    const isRead = await this.inbox.read(this.lease.read);
    if (!isRead) this.readFailedAt = this.dependencies.now();
    return isRead;
  }

  /** Resolves when connections with batches are served, except for stragglers; the others may take longer. */
  private async flush(ownMessages: OwnMessages | undefined): Promise<void> {
    const { inbox, underWay, deadline } = this;
    const { cursor } = inbox;
    this.lease.flushedAt = this.dependencies.now();
    const own = ownMessages?.messages ?? [];
    const isSingleFree = ownMessages !== undefined || this.isSingleFree();
    const flushing = this.dependencies.flush({
      batched: inOrderOfVersions([...inbox.take('batched'), ...own]),
      single: isSingleFree ? inOrderOfVersions([...inbox.take('single'), ...own]) : undefined,
      deadline,
      ...(ownMessages?.eventId === undefined ? {} : { eventId: ownMessages.eventId }),
    });
    underWay.begin(flushing, isSingleFree ? ['batched', 'single'] : ['batched'], cursor);
    if (ownMessages !== undefined) {
      const both = Promise.all([flushing.batched, flushing.single]);
      underWay.settleLater(both.then((reports) => ownMessages.onFlushed(reports)));
    }
    await flushing.served.batched;
  }

  private async release(): Promise<void> {
    const { inbox } = this;
    // While stragglers are under way, the cursors stay: the messages that they miss may not be in the retry queue yet.
    if (this.underWay.isSettled()) {
      if (!inbox.hasWork('batched')) inbox.finish('batched', inbox.cursor);
      if (!inbox.hasWork('single')) inbox.finish('single', inbox.cursor);
    }
    await this.lease.release();
  }
}
