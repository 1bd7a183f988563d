// Detects stragglers: a few connections whose posts are not answered while nothing else is left to do.
import type { Attempt } from './posting';
import type { WorkList } from './work-list';
import type { Workers } from './workers';
import type { Timers } from '../clock';
import type { Connection } from '../connections/ports';

/** A post that is in flight for this many checks, which are this many milliseconds apart, is a straggler's. */
const checksOfStraggler = 10;
const checkMilliseconds = 50;

/** The maximum share of stragglers. If more posts are not answered, the cause is a common one, and all are waited for. */
const shareOfStragglers = 0.1;

export class StragglerWatch {
  private checks = 0;
  private cancelCheck: (() => void) | undefined;
  /** By worker: the attempt in flight, and the number of checks when it began. */
  private readonly attempts: (Attempt | undefined)[] = [];
  private readonly since: number[] = [];
  private inFlight = 0;

  /** @param onFound called at most once, with the stragglers; undefined: stragglers are not detected */
  constructor(
    private readonly list: WorkList,
    private readonly workers: Workers,
    private readonly timers: Timers,
    private readonly onFound: ((stragglers: readonly Connection[]) => void) | undefined,
  ) {}

  /** Records that a worker has begun a post. */
  begin(worker: number, attempt: Attempt): void {
    this.attempts[worker] = attempt;
    this.since[worker] = this.checks;
    this.inFlight += 1;
  }

  /** Records that a worker's post has ended. */
  end(worker: number): void {
    this.attempts[worker] = undefined;
    this.inFlight -= 1;
  }

  /**
   * Starts to check for stragglers, because a worker has nothing left to begin. Checks are counted instead of milliseconds:
   * after a machine has stood still, there may be answers that it has not read yet.
   */
  checkLater(): void {
    if (this.onFound === undefined || this.cancelCheck !== undefined || this.list.hasEnded())
      return;
    this.cancelCheck = this.timers.after(checkMilliseconds, () => {
      this.cancelCheck = undefined;
      this.checks += 1;
      if (!this.areStragglers()) this.checkLater();
      else this.onFound?.(this.attempts.flatMap((attempt) => attempt?.connection ?? []));
    });
  }

  stop(): void {
    this.cancelCheck?.();
  }

  /** Whether only a few posts are in flight, all of them for long, and nothing else is left to do. */
  private areStragglers(): boolean {
    const { inFlight } = this;
    // Any other running worker has an attempt that waits for the pace.
    const isTail = this.list.isDone() && this.workers.count() === inFlight;
    const most = Math.ceil(this.list.countMet() * shareOfStragglers);
    if (!isTail || inFlight === 0 || inFlight > most) return false;
    return this.attempts.every(
      (attempt, worker) =>
        attempt === undefined || this.checks - (this.since[worker] ?? 0) >= checksOfStraggler,
    );
  }
}
