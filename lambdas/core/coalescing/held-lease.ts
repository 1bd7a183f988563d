// Refreshes the fan-out lease for its holder, and releases it with the state that a successor needs.
import type { Clock, Timers } from '../clock';
import type { Log } from '../log';
import type { PendingInbox } from './pending-inbox';
import type { FanOutLease, LeaseState, SentKeys } from './ports';

/** How long the lease is valid without a refresh, in milliseconds: if a holder crashes, events wait this long. */
export const leaseMilliseconds = 5_000;

interface HeldLeaseDependencies {
  readonly lease: FanOutLease;
  readonly now: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** All times are milliseconds since the Unix epoch. */
export class HeldLease {
  /** The value of `read` in the lease: for an older item, `createRecordPending` makes sure that it is read. */
  read: number;
  /** When the last flush of any holder began. */
  flushedAt: number;
  /** Whether another invocation has taken the lease. */
  isLost = false;
  /** When a write of the lease last failed. */
  failedAt = -Infinity;
  private refreshedAt: number;
  /** The last write of the lease. Writes are made one after the other, so that an older one never overwrites a newer one. */
  private writing: Promise<unknown> = Promise.resolve();

  /**
   * @param before the state of the lease when it was acquired
   * @param inbox has the progress of each lane
   */
  constructor(
    private readonly holder: string,
    private readonly before: LeaseState,
    private readonly inbox: PendingInbox,
    private readonly dependencies: HeldLeaseDependencies,
  ) {
    this.read = before.read;
    this.flushedAt = before.flushedAt;
    this.refreshedAt = dependencies.now();
  }

  /** The items that predecessors have sent; undefined if there are none, or they cannot be read. */
  async readSent(): Promise<SentKeys | undefined> {
    const { lease, log } = this.dependencies;
    if (!this.before.hasSent) return undefined;
    try {
      return await lease.readSent();
    } catch (error) {
      // Some events are sent twice, which is harmless because of the registers.
      log.warn('sent events not read', { error });
      return undefined;
    }
  }

  /** Records that pending items are about to be read and flushed; false if the lease could not be written, or is lost. */
  refresh(): Promise<boolean> {
    const { lease, now } = this.dependencies;
    return this.write(async () => {
      const time = now();
      // `read` never decreases, because items have been compared with it.
      const read = Math.max(time, this.read);
      const isOurs = await lease.refresh(this.holder, this.stateOf(read, time));
      if (isOurs) this.read = read;
      return isOurs;
    });
  }

  /** Refreshes the lease at intervals, for flushes that take long. @returns a function that stops it */
  keepRefreshing(): () => void {
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

  /** Releases the lease. Never rejects: a lease that is not released expires. */
  async release(): Promise<void> {
    const { lease, now } = this.dependencies;
    const sent = this.inbox.sentKeys();
    await this.write(async () => {
      const hasSent = await this.saveSent(sent);
      const read = Math.max(now(), this.read);
      const state = { ...this.stateOf(read, this.flushedAt), hasSent, heldUntil: 0 };
      // If the answer to a release is lost, it is repeated, and then fails because the lease is free. So its result is ignored.
      await lease.release(this.holder, state);
      return true;
    });
  }

  /** Writes the lease after all earlier writes; false if the write failed, or the lease is lost. */
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
        this.failedAt = now();
        return false;
      }
    });
    this.writing = written;
    return written;
  }

  private stateOf(read: number, flushedAt: number) {
    const { done } = this.inbox;
    const { hasSent } = this.before;
    const heldUntil = this.dependencies.now() + leaseMilliseconds;
    return { read, flushedAt, done, hasSent, heldUntil };
  }

  /**
   * Saves the list of sent items for a successor; false if there is none, or it could not be saved. A failure must not
   * prevent the release: without the list some events are sent twice, but without the release no events are sent.
   */
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
}
