// Computes how many posts can be made to each connection until the next flush.
import type { ConnectionCount } from '../../connections/connection-count';
import type { FanOutReport } from '../../fan-out/fan-out-report';
import type { InFlightLimit } from '../../posting/in-flight-limit';
import type { Pace } from '../../posting/pace';
import type { Clock } from '../../clock';
import type { Lane } from '../../connections/ports';

/** Milliseconds for which the counts of a listing, and a measured rate, are used. */
const rememberedMilliseconds = 60_000;

/** The minimum duration of a fan-out by which the rate of posts is measured. */
const leastMeasuredMilliseconds = 1_000;

/** If the rate of posts is below this share of the pace, it is not the pace that limits it. */
const shareOfPace = 0.8;

/** The minimum duration of a fan-out that is followed by a pause. */
const leastRestMilliseconds = 100;

/** The minimum interval for which posts are budgeted: even if `coalesceMilliseconds` is less, flushes take some time. */
const shortestIntervalMilliseconds = 100;

/** Measured by posts that were answered, because unanswered ones do not show how fast posts can be. */
type Measured = Pick<FanOutReport, 'milliseconds' | 'postsPerSecond'>;

/** Remembers, across flushes, the number of connections and the rate of posts to them. */
export class PostBudget {
  private listed: { readonly met: Readonly<Record<Lane, number>>; readonly at: number } | undefined;
  private single: { readonly postsPerSecond: number; readonly at: number } | undefined;
  private readonly intervalMilliseconds: number;

  constructor(
    private readonly dependencies: {
      readonly pace: Pick<Pace, 'rate'>;
      readonly countConnections: ConnectionCount;
      /** Limits the posts in flight to connections without batches. */
      readonly singleInFlight?: Pick<InFlightLimit, 'isLowered'>;
      readonly now: Clock;
    },
    coalesceMilliseconds: number,
  ) {
    this.intervalMilliseconds = Math.max(shortestIntervalMilliseconds, coalesceMilliseconds);
  }

  /** Records the number of connections that a complete listing has found. */
  noteListing(met: Readonly<Record<Lane, number>>): void {
    this.listed = { met, at: this.dependencies.now() };
  }

  /** Records the rate of posts to connections without batches, which may be lower than the pace. */
  noteSingle({ milliseconds, postsPerSecond }: Measured): void {
    if (milliseconds < leastMeasuredMilliseconds) return;
    this.single = { postsPerSecond, at: this.dependencies.now() };
  }

  /** Whether there are, or may be, connections with batches, which those without must not slow down. */
  hasBatched(): boolean {
    return this.listed === undefined || this.listed.met.batched > 0;
  }

  /**
   * The pause in milliseconds before the next flush to connections without batches. If their posts are slower than the pace,
   * and their limit of posts in flight had to be lowered, they go to a machine that does everything else as well: the pause
   * is as long as the posts took. If no connection has batches, there is no pause, because no other connection waits.
   */
  restAfterSingle({ milliseconds, postsPerSecond }: Measured): number {
    const isSlow = postsPerSecond < shareOfPace * this.dependencies.pace.rate();
    const isMachine = isSlow && this.dependencies.singleInFlight?.isLowered() === true;
    return this.hasBatched() && isMachine && milliseconds >= leastRestMilliseconds
      ? milliseconds
      : 0;
  }

  /** The posts for each connection of a lane; Infinity if the number of connections is unknown or 0. */
  async of(lane: Lane): Promise<number> {
    const { now, countConnections } = this.dependencies;
    const isKnown = this.listed !== undefined && now() - this.listed.at < rememberedMilliseconds;
    const counts = (isKnown ? this.listed?.met : undefined) ?? (await countConnections());
    return this.among(counts[lane], lane);
  }

  private measured(): number {
    const { single } = this;
    const isKnown =
      single !== undefined && this.dependencies.now() - single.at < rememberedMilliseconds;
    return isKnown ? single.postsPerSecond : Infinity;
  }

  /** The posts for each connection, if a lane has this many. */
  among(connections: number, lane: Lane): number {
    if (connections === 0) return Infinity;
    const pace = this.dependencies.pace.rate();
    const rate = lane === 'single' ? Math.min(pace, this.measured()) : pace;
    return Math.max(1, Math.floor((rate * this.intervalMilliseconds) / 1000 / connections));
  }
}
