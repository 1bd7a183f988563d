// The workers that post side by side: who sleeps, as there is nothing to post, and who is parked, as enough is in flight.
import type { InFlightLimit } from './in-flight-limit';

export class Workers {
  private readonly sleeping: (() => void)[] = [];
  /** Those that the limit of posts in flight has no room for. */
  private readonly parked: (() => void)[] = [];
  /** Workers that are neither parked nor done. */
  private running: number;

  /**
   * @param concurrency how many there are
   * @param inFlight how many of them may post; undefined: all
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

  /** Until there may be something to do, or all is over. */
  sleep(): Promise<void> {
    return new Promise((wake) => this.sleeping.push(wake));
  }

  wakeOne(): void {
    this.sleeping.shift()?.();
  }

  wakeAll(): void {
    for (const wake of [...this.sleeping.splice(0), ...this.parked.splice(0)]) wake();
  }

  /** Whether there are more workers than posts may be in flight. */
  areTooMany(): boolean {
    return this.inFlight !== undefined && this.running > this.inFlight.limit();
  }

  /** Until there is room for one more. */
  async park(): Promise<void> {
    // This may have been the last one that was awake, and whoever sleeps must find out that all is done.
    this.wakeOne();
    this.running -= 1;
    await new Promise<void>((wake) => this.parked.push(wake));
    this.running += 1;
  }

  /** One that is parked goes on if there is room for it. */
  unpark(): void {
    if (this.inFlight !== undefined && this.running < this.inFlight.limit())
      this.parked.shift()?.();
  }

  /** A worker is done. Whoever still sleeps may be waiting for what cannot come any more. */
  leave(): void {
    this.running -= 1;
    this.wakeAll();
  }
}
