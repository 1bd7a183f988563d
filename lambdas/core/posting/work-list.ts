// What is to be posted next: attempts whose pause is over, then the connections of the page that was read last.
import type { Pages } from './pages';
import type { Attempt, PostingOptions } from './posting';
import type { Workers } from './workers';
import type { Connection } from '../connections/ports';

/** Connections that may wait for another attempt; beyond it no new ones are begun. */
const maxPausing = 2_000;

/** The pause before an attempt: anything up to a bound that doubles each time ("full jitter"). */
const basePauseMilliseconds = 200;
const longestPauseMilliseconds = 5_000;

/** Reads pages as workers need them, and has attempts wait for their next turn. */
export class WorkList {
  private isOver = false;
  private page: readonly Connection[] = [];
  /** The connection of the page that is begun next. */
  private next = 0;
  private isReading = false;
  private isExhausted = false;
  /** Connections of all pages that were read, those that are skipped as well. */
  private met = 0;
  private readonly ready: Attempt[] = [];
  /** Attempts that wait, and what stops their timers. */
  private readonly pausing = new Map<Attempt, () => void>();

  constructor(
    private readonly pages: Pages,
    /** Of a page, the connections that are to be posted to, or have expired; the others have been settled then. */
    private readonly partPage: (page: readonly Connection[]) => readonly Connection[],
    private readonly workers: Workers,
    private readonly options: Pick<PostingOptions, 'timers' | 'random'>,
  ) {}

  /** Whether nothing more is begun. */
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

  /** Whether there is nothing left to begin, now or later. */
  isDone(): boolean {
    return this.isRead() && this.isExhausted && this.ready.length === 0 && this.pausing.size === 0;
  }

  /** What can be begun without waiting. */
  takeNow(): Attempt | undefined {
    const again = this.ready.pop();
    if (again !== undefined) return again;
    if (this.isRead() || this.pausing.size >= maxPausing) return undefined;
    const connection = this.page[this.next++];
    return connection && { connection, delivered: 0, made: 0 };
  }

  /** Waits for something to begin; undefined when there is nothing left, or no time to begin it. */
  async take(): Promise<Attempt | undefined> {
    for (;;) {
      if (this.isOver) return undefined;
      const attempt = this.takeNow();
      if (attempt !== undefined) return attempt;
      const isRead = this.isRead();
      // What is in flight is retried by its own worker: nobody has to wait for it.
      if (isRead && this.isExhausted && this.pausing.size === 0) return undefined;
      if (isRead && !this.isExhausted && !this.isReading) void this.readPage();
      await this.workers.sleep();
    }
  }

  /** Whoever is free next goes on with it. */
  putBack(attempt: Attempt): void {
    this.ready.push(attempt);
  }

  /** Has an attempt wait before it is made again. */
  pause(attempt: Attempt): void {
    const { timers, random } = this.options;
    const bound = Math.min(longestPauseMilliseconds, basePauseMilliseconds * 2 ** attempt.made);
    const cancel = timers.after(random() * bound, () => {
      this.pausing.delete(attempt);
      this.ready.push(attempt);
      // After the last one there is nothing to sleep for: a worker without work must not look as if it had some.
      if (this.pausing.size === 0 && this.isExhausted && this.isRead()) this.workers.wakeAll();
      else this.workers.wakeOne();
    });
    this.pausing.set(attempt, cancel);
  }

  /** Attempts that have been begun, and are not made again here. */
  takePending(): readonly Attempt[] {
    for (const cancel of this.pausing.values()) cancel();
    return [...this.ready, ...this.pausing.keys()];
  }

  /** Connections that were not begun. */
  takeRest(): readonly Connection[] {
    return [...this.page.slice(this.next), ...this.partPage(this.pages.rest())];
  }

  private isRead(): boolean {
    return this.next >= this.page.length;
  }

  private async readPage(): Promise<void> {
    this.isReading = true;
    const hasArrived = await this.pages.arrive();
    // A page that comes too late stays with the reader, who knows where to go on.
    if (this.isOver) return;
    if (hasArrived) {
      const page = this.pages.take();
      this.met += page.length;
      [this.page, this.next] = [this.partPage(page), 0];
    } else this.isExhausted = true;
    this.isReading = false;
    this.workers.wakeAll();
  }
}
