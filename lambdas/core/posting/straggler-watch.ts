// Finds stragglers: a few connections whose posts are not answered when nothing else is left to do.
import type { Attempt } from './posting';
import type { WorkList } from './work-list';
import type { Workers } from './workers';
import type { Timers } from '../clock';
import type { Connection } from '../connections/ports';

/** Looks, and milliseconds from one to the next, at which a post must be in flight to be a straggler's. */
const looksAtStraggler = 10;
const lookMilliseconds = 50;

/** Of all connections, those that may be stragglers at the most; more are waited for, as it is not theirs alone. */
const shareOfStragglers = 0.1;

export class StragglerWatch {
  private looks = 0;
  private stopLooking: (() => void) | undefined;
  /** By worker: what it has in flight, and how many looks there had been when it began. */
  private readonly attempts: (Attempt | undefined)[] = [];
  private readonly since: number[] = [];
  private inFlight = 0;

  /** @param onFound told of the stragglers, once; undefined: nobody wants to know */
  constructor(
    private readonly list: WorkList,
    private readonly workers: Workers,
    private readonly timers: Timers,
    private readonly onFound: ((stragglers: readonly Connection[]) => void) | undefined,
  ) {}

  /** A worker has begun a post. */
  begin(worker: number, attempt: Attempt): void {
    this.attempts[worker] = attempt;
    this.since[worker] = this.looks;
    this.inFlight += 1;
  }

  /** The post of a worker was answered. */
  end(worker: number): void {
    this.attempts[worker] = undefined;
    this.inFlight -= 1;
  }

  /**
   * Looks for stragglers, now that there is nothing left to begin. Counts looks and not milliseconds: a machine that stood
   * still has answers waiting that it has not read.
   */
  lookLater(): void {
    if (this.onFound === undefined || this.stopLooking !== undefined || this.list.hasEnded())
      return;
    this.stopLooking = this.timers.after(lookMilliseconds, () => {
      this.stopLooking = undefined;
      this.looks += 1;
      if (!this.areStragglers()) this.lookLater();
      else this.onFound?.(this.attempts.flatMap((attempt) => attempt?.connection ?? []));
    });
  }

  stop(): void {
    this.stopLooking?.();
  }

  /** Whether there are a few, and nothing else is left to do. */
  private areStragglers(): boolean {
    const { inFlight } = this;
    // Any other worker that is awake has something to post, and waits for the pace.
    const isTail = this.list.isDone() && this.workers.count() === inFlight;
    const most = Math.ceil(this.list.countMet() * shareOfStragglers);
    if (!isTail || inFlight === 0 || inFlight > most) return false;
    return this.attempts.every(
      (attempt, worker) =>
        attempt === undefined || this.looks - (this.since[worker] ?? 0) >= looksAtStraggler,
    );
  }
}
