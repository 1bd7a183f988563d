// The concurrent workers of posting: they sleep while there is nothing to post, and are parked while enough is in flight.
import type { InFlightLimit } from './in-flight-limit';

export class Workers {
  private readonly sleeping: (() => void)[] = [];
  /** Workers beyond the limit of posts in flight. */
  private readonly parked: (() => void)[] = [];
  /** The number of workers that are neither parked nor done. */
  private running: number;

  /**
   * @param concurrency the number of workers
   * @param inFlight limits how many of them may post; undefined: no limit
   */
  constructor(
    concurrency: number,
    private readonly inFlight: InFlightLimit | undefined,
  ) {
    this.running = concurrency;
  }

  count(): number {
    return this.running;
  }

  /** Resolves when there may be something to post, or posting has ended. */
  sleep(): Promise<void> {
    return new Promise((wake) => this.sleeping.push(wake));
  }

  wakeOne(): void {
    this.sleeping.shift()?.();
  }

  wakeAll(): void {
    for (const wake of [...this.sleeping.splice(0), ...this.parked.splice(0)]) wake();
  }

  /** Whether more workers are running than posts may be in flight. */
  areTooMany(): boolean {
    return this.inFlight !== undefined && this.running > this.inFlight.limit();
  }

  /** Parks a worker; resolves when it may run again. */
  async park(): Promise<void> {
    // If this is the last worker that is awake, a sleeping one has to detect that all is done.
    this.wakeOne();
    this.running -= 1;
    await new Promise<void>((wake) => this.parked.push(wake));
    this.running += 1;
  }

  /** Resumes a parked worker if the limit allows one more. */
  unpark(): void {
    if (this.inFlight !== undefined && this.running < this.inFlight.limit())
      this.parked.shift()?.();
  }

  /** Records that a worker is done, and lets the others check whether they still have anything to wait for. */
  leave(): void {
    this.running -= 1;
    this.wakeAll();
  }
}
