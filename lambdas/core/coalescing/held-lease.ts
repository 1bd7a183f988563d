// The fan-out lease as its holder writes it: refreshed, and released with what a successor has to know.
import type { Clock, Timers } from '../clock';
import type { Log } from '../log';
import type { PendingInbox } from './pending-inbox';
import type { FanOutLease, LeaseState, SentKeys } from './ports';

/** How long the lease lasts without being refreshed, in milliseconds: so long everybody waits for a holder that died. */
export const leaseMilliseconds = 5_000;

interface HeldLeaseDependencies {
  readonly lease: FanOutLease;
  readonly now: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** All times are milliseconds since the Unix epoch. */
export class HeldLease {
  /** What stands in the lease as `read`: what is recorded earlier makes sure that it is seen. */
  read: number;
  /** When the last flush began, whoever made it. */
  flushedAt: number;
  /** Somebody else has taken the lease. */
  isLost = false;
  /** When the lease could not be written last. */
  failedAt = -Infinity;
  private refreshedAt: number;
  /** Writes of the lease, one after the other: an older one must not come later. */
  private writing: Promise<unknown> = Promise.resolve();

  /**
   * @param before what stood in the lease when it was acquired
   * @param inbox tells how far the lanes have come
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

  /** What predecessors have sent; undefined when there is nothing to know, or it cannot be read. */
  async readSent(): Promise<SentKeys | undefined> {
    const { lease, log } = this.dependencies;
    if (!this.before.hasSent) return undefined;
    try {
      return await lease.readSent();
    } catch (error) {
      // Some are sent twice, which registers do not mind.
      log.warn('sent events not read', { error });
      return undefined;
    }
  }

  /** Writes that pending items are about to be read, and that a flush begins; false when that was not possible. */
  refresh(): Promise<boolean> {
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

  /** While a flush takes long. @returns what stops it */
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

  /** Never rejects: a lease that is not released ends by itself. */
  async release(): Promise<void> {
    const { lease, now } = this.dependencies;
    const sent = this.inbox.sentKeys();
    await this.write(async () => {
      const hasSent = await this.saveSent(sent);
      const read = Math.max(now(), this.read);
      const state = { ...this.stateOf(read, this.flushedAt), hasSent, heldUntil: 0 };
      // A release whose answer was lost is made twice, and then finds that it is not ours: that is no loss.
      await lease.release(this.holder, state);
      return true;
    });
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

  /** Whether a successor finds the list: without it some are sent twice, but while a lease is not freed nobody sends anything. */
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
