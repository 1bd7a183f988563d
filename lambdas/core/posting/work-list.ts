// Selects what is posted next: attempts whose pause has ended, then the connections of the current page.
import type { Attempt, Posting, PostingOptions } from './posting';
import type { Workers } from './workers';
import type { Connection } from '../connections/ports';

/** Maximum number of pausing attempts; while it is reached, no new connection is begun. */
const maxPausing = 2_000;

/** The pause before a retry: a random time up to a bound that doubles with each post ("full jitter"). */
const basePauseMilliseconds = 200;
const longestPauseMilliseconds = 5_000;

/** Reads pages when workers need them, and delays retries. */
export class WorkList {
  private isOver = false;
  private page: readonly Connection[] = [];
  /** The index of the next connection of the page. */
  private next = 0;
  private isReading = false;
  private isExhausted = false;
  /** The number of connections in all pages that were read, including skipped ones. */
  private met = 0;
  private readonly ready: Attempt[] = [];
  /** Pausing attempts, with the functions that cancel their timers. */
  private readonly pausing = new Map<Attempt, () => void>();

  constructor(
    private readonly posting: Pick<Posting, 'pages' | 'textsFor'>,
    /** Returns the connections of a page that are to be posted to, or have expired, and settles the others. */
    private readonly takeDue: (page: readonly Connection[]) => readonly Connection[],
    private readonly workers: Workers,
    private readonly options: Pick<PostingOptions, 'timers' | 'random'>,
  ) {}

  /** Whether no more posts may begin. */
  hasEnded(): boolean {
    return this.isOver;
  }

  end(): void {
    this.isOver = true;
    this.workers.wakeAll();
  }

  countMet(): number {
    return this.met;
  }

  /** Whether nothing is left to begin, now or later. */
  isDone(): boolean {
    return this.isRead() && this.isExhausted && this.ready.length === 0 && this.pausing.size === 0;
  }

  /** An attempt that can begin without waiting; undefined if there is none. */
  takeNow(): Attempt | undefined {
    const again = this.ready.pop();
    if (again !== undefined) return again;
    if (this.isRead() || this.pausing.size >= maxPausing) return undefined;
    const connection = this.page[this.next++];
    if (connection === undefined) return undefined;
    return { connection, texts: this.posting.textsFor(connection), delivered: 0, made: 0 };
  }

  /** Waits for an attempt; undefined if nothing is left, or no more posts may begin. */
  async take(): Promise<Attempt | undefined> {
    for (;;) {
      if (this.isOver) return undefined;
      const attempt = this.takeNow();
      if (attempt !== undefined) return attempt;
      const isRead = this.isRead();
      // Attempts in flight need not be waited for: their own workers retry them.
      if (isRead && this.isExhausted && this.pausing.size === 0) return undefined;
      if (isRead && !this.isExhausted && !this.isReading) void this.readPage();
      await this.workers.sleep();
    }
  }

  /** Returns an attempt: the next free worker continues it. */
  putBack(attempt: Attempt): void {
    this.ready.push(attempt);
  }

  /** Schedules a retry after a random pause. */
  pause(attempt: Attempt): void {
    const { timers, random } = this.options;
    const bound = Math.min(longestPauseMilliseconds, basePauseMilliseconds * 2 ** attempt.made);
    const cancel = timers.after(random() * bound, () => {
      this.pausing.delete(attempt);
      this.ready.push(attempt);
      // After the last pause all workers are woken, so that those without work end and no longer count as running.
      if (this.pausing.size === 0 && this.isExhausted && this.isRead()) this.workers.wakeAll();
      else this.workers.wakeOne();
    });
    this.pausing.set(attempt, cancel);
  }

  /** Cancels all pauses, and returns the attempts that were begun and not completed. */
  takePending(): readonly Attempt[] {
    for (const cancel of this.pausing.values()) cancel();
    return [...this.ready, ...this.pausing.keys()];
  }

  /** The connections that were not begun. */
  takeRest(): readonly Connection[] {
    return [...this.page.slice(this.next), ...this.takeDue(this.posting.pages.rest())];
  }

  private isRead(): boolean {
    return this.next >= this.page.length;
  }

  private async readPage(): Promise<void> {
    this.isReading = true;
    const hasArrived = await this.posting.pages.arrive();
    // A page that arrives too late is not taken, so that the reader's cursor stays before it.
    if (this.isOver) return;
    if (hasArrived) {
      const page = this.posting.pages.take();
      this.met += page.length;
      [this.page, this.next] = [this.takeDue(page), 0];
    } else this.isExhausted = true;
    this.isReading = false;
    this.workers.wakeAll();
  }
}
