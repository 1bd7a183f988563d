// How many posts there is room for, for each connection, until the next flush.
import type { ConnectionCount } from '../../connections/connection-count';
import type { FanOutReport } from '../../fan-out/fan-out-report';
import type { InFlightLimit } from '../../posting/in-flight-limit';
import type { Pace } from '../../posting/pace';
import type { Clock } from '../../clock';
import type { Lane } from '../../connections/ports';

/** The numbers of a listing say nothing about connections after so long. */
const rememberedMilliseconds = 60_000;

/** A shorter fan-out says little about how many posts a second there can be. */
const leastMeasuredMilliseconds = 1_000;

/** Posts at less than this share of the pace are not slow because of it. */
const shareOfPace = 0.8;

/** After a shorter fan-out there is no pause. */
const leastRestMilliseconds = 100;

/** With `coalesceMilliseconds` of less, flushes still take some time. */
const shortestIntervalMilliseconds = 100;

/** Of the posts that were answered: that some are not says nothing about how fast others can be. */
type Measured = Pick<FanOutReport, 'milliseconds' | 'postsPerSecond'>;

/** Remembers from flush to flush how many connections there are, and how fast they take posts. */
export class PostBudget {
  private listed: { readonly met: Readonly<Record<Lane, number>>; readonly at: number } | undefined;
  private single: { readonly postsPerSecond: number; readonly at: number } | undefined;
  private readonly intervalMilliseconds: number;

  constructor(
    private readonly dependencies: {
      readonly pace: Pick<Pace, 'rate'>;
      readonly countConnections: ConnectionCount;
      /** Of posts to connections without batches. */
      readonly singleInFlight?: Pick<InFlightLimit, 'isLowered'>;
      readonly now: Clock;
    },
    coalesceMilliseconds: number,
  ) {
    this.intervalMilliseconds = Math.max(shortestIntervalMilliseconds, coalesceMilliseconds);
  }

  /** Notes how many connections a whole listing has met. */
  noteListing(met: Readonly<Record<Lane, number>>): void {
    this.listed = { met, at: this.dependencies.now() };
  }

  /** Notes how fast connections without batches took their posts: they may be slower than the pace. */
  noteSingle({ milliseconds, postsPerSecond }: Measured): void {
    if (milliseconds < leastMeasuredMilliseconds) return;
    this.single = { postsPerSecond, at: this.dependencies.now() };
  }

  /** Whether connections with batches are there, or may be, which those without must not slow down. */
  hasBatched(): boolean {
    return this.listed === undefined || this.listed.met.batched > 0;
  }

  /**
   * How long connections without batches have to wait until they are posted to again, in milliseconds. If neither the
   * pace makes their posts slow nor the time that each takes, it is a machine that does everything else as well: it is
   * left alone for as long as it was kept busy. Where nobody takes batches, nobody waits for them.
   */
  restAfterSingle({ milliseconds, postsPerSecond }: Measured): number {
    const isSlow = postsPerSecond < shareOfPace * this.dependencies.pace.rate();
    const isMachine = isSlow && this.dependencies.singleInFlight?.isLowered() === true;
    return this.hasBatched() && isMachine && milliseconds >= leastRestMilliseconds
      ? milliseconds
      : 0;
  }

  /** Posts for each connection of a lane; Infinity when nobody knows how many connections there are, or there are none. */
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

  /** Posts for each of so many connections. */
  among(connections: number, lane: Lane): number {
    if (connections === 0) return Infinity;
    const pace = this.dependencies.pace.rate();
    const rate = lane === 'single' ? Math.min(pace, this.measured()) : pace;
    return Math.max(1, Math.floor((rate * this.intervalMilliseconds) / 1000 / connections));
  }
}
