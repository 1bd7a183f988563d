// Limits the rate of posts. The rate drops at once when the account is throttled, and rises gradually afterwards.
import type { Clock } from '../clock';
import { RecentAnswers } from './recent-answers';

/**
 * A token bucket: in any t seconds, at most burst + ceiling × t + 1 posts begin. The rate at which it fills follows additive
 * increase and multiplicative decrease.
 */
export interface Pace {
  /** Reserves a place for the next post. Returns the milliseconds from now until it may begin; 0 means at once. */
  readonly reserve: () => number;
  /**
   * Records whether the first post of a fan-out to a connection was throttled. If posts to many different users are
   * throttled, the account is throttled, and the rate is halved. If it was lowered already, it is cut to the share of posts
   * that were not throttled, if that is less than half. A single 429 may be caused by the connection: see RecentAnswers.
   */
  readonly answered: (userId: string, isThrottled: boolean) => void;
  /** Halves the rate and empties the bucket, because the account is throttled; only once for answers of the same moment. */
  readonly slowDown: () => void;
  /** Whether the rate is below the ceiling, because the account was throttled recently. */
  readonly isSlowed: () => boolean;
  /** The current rate, in posts per second. */
  readonly rate: () => number;
}

/**
 * The size of the bucket, in seconds at the ceiling. API Gateway's bucket holds half a second of the account's rate in every
 * region (5,000 at 10,000 requests a second, 1,250 at 2,500), and the whole account shares it. A ceiling of four fifths of
 * that rate uses four fifths of the bucket.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export const burstSeconds = 0.5;

/** Seconds by which posting may lag behind the pace and catch up at once, even while it is slowed. */
export const catchUpSeconds = 0.05;

/** The minimum share of the rate that is left after one cut. */
const deepestCut = 1 / 8;

/** Answers within this time after a cut are ignored: their posts were sent before it. */
const reactionMilliseconds = 250;

export function createPace(options: {
  readonly now: Clock;
  /** The maximum and initial posts per second. */
  readonly ceiling: number;
  /** The minimum posts per second. Default: 10, or the ceiling if it is less. */
  readonly floor?: number;
  /** By how many posts per second the rate rises each second. Default: a tenth of the ceiling. */
  readonly increase?: number;
  /** The size of the bucket, in seconds at the ceiling. Default: {@link burstSeconds}. */
  readonly burstSeconds?: number;
}): Pace {
  const { ceiling, floor = Math.min(10, ceiling), increase = ceiling / 10 } = options;
  const createdAt = options.now();
  /** Milliseconds since the creation, because a double cannot hold microseconds exactly for times since 1970. */
  const now = () => options.now() - createdAt;
  const burstMilliseconds = (options.burstSeconds ?? burstSeconds) * 1000;
  const catchUpMilliseconds = Math.min(catchUpSeconds * 1000, burstMilliseconds);
  let rateThen = ceiling;
  let then = 0;
  let slowedAt = -Infinity;
  /** When the rate reaches the ceiling again. */
  let recoveredAt = -Infinity;
  let nextPlace = -Infinity;
  const recent = new RecentAnswers();

  const rateAt = (time: number) => Math.min(ceiling, rateThen + (increase * (time - then)) / 1000);
  const rate = () => rateAt(now());
  const isReacting = (time: number) => time - slowedAt < reactionMilliseconds;

  /** The earliest place that can be reserved. It bounds the burst; while the rate is lowered, only catching up is left of it. */
  const earliest = (time: number) =>
    Math.max(time - burstMilliseconds, Math.min(time, recoveredAt) - catchUpMilliseconds);

  function cutTo(share: number): void {
    const time = now();
    if (isReacting(time)) return;
    rateThen = Math.max(floor, rateAt(time) * share);
    then = slowedAt = time;
    recoveredAt = time + ((ceiling - rateThen) * 1000) / increase;
    nextPlace = Math.max(nextPlace, time);
    recent.clear();
  }

  return {
    rate,
    isSlowed: () => rate() < ceiling,
    slowDown: () => {
      cutTo(1 / 2);
    },
    answered(userId, isThrottled) {
      const time = now();
      if (isReacting(time)) return;
      recent.note(userId, isThrottled, time);
      if (!isThrottled || !recent.areManyThrottled()) return;
      // If halving has not helped, the throttled share determines the cut: workers that together are ten times too fast
      // would need four halvings.
      const delivered = rateAt(time) < ceiling ? 1 - recent.throttledShare() : 1;
      cutTo(Math.max(deepestCut, Math.min(1 / 2, delivered)));
    },
    reserve() {
      const time = now();
      const place = Math.max(nextPlace, earliest(time));
      nextPlace = place + 1000 / rateAt(time);
      return Math.max(0, place - time);
    },
  };
}
