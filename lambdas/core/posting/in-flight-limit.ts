// Adapts the number of posts in flight to their latency.

/** The minimum of the limit. */
const floor = 3;

/**
 * The minimum of the lowest latency in milliseconds, because the clock counts whole milliseconds. On a machine that handles
 * 4,000 posts a second, it leads to a limit of 16.
 */
const finest = 2;

/** A mean latency above this multiple of the lowest recent one lowers the limit. A single latency counts at most twice that. */
const tooSlow = 4;

/** The multiple of the lowest latency at which a lowered limit aims; at or below it, the limit is raised by one. */
const good = 2;

/** Milliseconds for which the lowest latency is remembered: at least this long, at most twice. */
const windowMilliseconds = 5_000;

/**
 * Limits the posts in flight by their latency. If the receiver processes posts one after the other, as on one machine, more
 * posts in flight are not faster, and all other requests wait for them. API Gateway answers a hundred as quickly as one.
 *
 * The limit is adapted after each round: as many posts as it allows, all begun since it was last lowered. By Little's law,
 * posts in flight = posts per second × latency, so one step brings the latency to its target. A single slow post changes
 * nothing.
 * @see https://github.com/Netflix/concurrency-limits
 */
export class InFlightLimit {
  private current: number;
  /** When the limit was last lowered; posts that began earlier are ignored. */
  private changedAt = -Infinity;
  private latencies: number[] = [];
  /** The lowest latencies of the current window, and of the previous one. */
  private lowest = Infinity;
  private lowestBefore = Infinity;
  private windowBegan = -Infinity;

  /** @param ceiling the maximum and initial limit */
  constructor(private readonly ceiling: number) {
    this.current = ceiling;
  }

  limit(): number {
    return this.current;
  }

  /** Whether the limit is below its ceiling: the receiver, or this machine, processes posts one after the other. */
  isLowered(): boolean {
    return this.current < this.ceiling;
  }

  /** Records a post that has ended: latency in milliseconds, times in milliseconds since the Unix epoch. */
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
