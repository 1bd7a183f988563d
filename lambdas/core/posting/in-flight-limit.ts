// How many posts may be in flight: as many as are answered quickly.

/** Posts in flight at the least. */
const floor = 3;

/**
 * Latencies, in milliseconds, that are as good as none: the clock counts whole ones. Of a machine that does 4,000 posts a
 * second it lets 16 be in flight.
 */
const finest = 2;

/** Latencies above this multiple of the lowest one seen lately are too long; a longer one counts at most as twice that. */
const tooSlow = 4;

/** The multiple of the lowest latency to which it is brought back. */
const good = 2;

/** Milliseconds for which a lowest latency counts, at the least; at the most twice as long. */
const windowMilliseconds = 5_000;

/**
 * Bounds the posts in flight by their latency. Where the receiver does one after the other, as on one machine, more in
 * flight are not faster, and everything else waits behind them; API Gateway answers a hundred as quickly as one.
 *
 * Looks at rounds: as many posts as may be in flight, all begun since the last change. By Little's law posts in flight are
 * posts a second times latency, so one step brings the latency to where it should be. One slow post alone changes nothing.
 * @see https://github.com/Netflix/concurrency-limits
 */
export class InFlightLimit {
  private current: number;
  /** Posts that began earlier say nothing about the limit as it is. */
  private changedAt = -Infinity;
  private latencies: number[] = [];
  /** The lowest latencies of this half of the window, and of the one before. */
  private lowest = Infinity;
  private lowestBefore = Infinity;
  private windowBegan = -Infinity;

  /** @param ceiling posts in flight at the most, and at the beginning */
  constructor(private readonly ceiling: number) {
    this.current = ceiling;
  }

  limit(): number {
    return this.current;
  }

  /** Whether fewer are in flight than might be, as the receiver, or this machine, does one after the other. */
  isLowered(): boolean {
    return this.current < this.ceiling;
  }

  /** Notes a post that was answered: latency in milliseconds, times in milliseconds since the Unix epoch. */
  note(latency: number, begunAt: number, endedAt: number): void {
    this.noteLowest(latency, endedAt);
    if (begunAt < this.changedAt) return;
    this.latencies.push(latency);
    if (this.latencies.length >= this.current) this.judgeRound(endedAt);
  }

  private noteLowest(latency: number, now: number): void {
    if (now - this.windowBegan >= windowMilliseconds) {
      const isRecent = now - this.windowBegan < 2 * windowMilliseconds;
      this.lowestBefore = isRecent ? this.lowest : Infinity;
      this.lowest = Infinity;
      this.windowBegan = now;
    }
    this.lowest = Math.min(this.lowest, latency);
  }

  private judgeRound(now: number): void {
    const lowest = Math.max(finest, Math.min(this.lowest, this.lowestBefore));
    const worst = 2 * tooSlow * lowest;
    const sum = this.latencies.reduce((total, one) => total + Math.min(one, worst), 0);
    const mean = sum / this.latencies.length;
    this.latencies = [];
    if (mean > tooSlow * lowest) {
      const shrunk = Math.floor((this.current * good * lowest) / mean);
      this.current = Math.max(Math.min(floor, this.ceiling), shrunk);
      this.changedAt = now;
    } else if (mean <= good * lowest) {
      this.current = Math.min(this.ceiling, this.current + 1);
    }
  }
}
