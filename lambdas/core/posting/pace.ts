// How fast to post: a burst after a rest, then as fast as allowed; slower at once when the account is throttled, and
// faster again bit by bit.
import type { Clock } from '../clock';
import { RecentAnswers } from './recent-answers';

/**
 * A token bucket: the posts that begin in any t seconds are never more than the burst, the ceiling times t, and one.
 * Additive increase, multiplicative decrease of the rate at which it fills.
 */
export interface Pace {
  /** Takes the next place in line: milliseconds from now until the post may begin, zero for at once. */
  readonly reserve: () => number;
  /**
   * Notes how the first post of a fan-out to a connection was answered; slows down when so many different users are
   * throttled that it must be the account: to half the rate or, if it is slowed already, to the share of posts that got
   * through, if that is less. A 429 may as well be the connection's own: see RecentAnswers.
   */
  readonly answered: (userId: string, isThrottled: boolean) => void;
  /** The account is throttled: halves the rate and empties the bucket, once for all answers of the same moment. */
  readonly slowDown: () => void;
  /** Whether the account was throttled lately: until the rate is what it was. */
  readonly isSlowed: () => boolean;
  /** Posts a second at this moment. */
  readonly rate: () => number;
}

/**
 * Seconds of the ceiling that the bucket holds. API Gateway's holds half a second of the account's rate, in every region
 * (5,000 of 10,000 requests a second, 1,250 of 2,500), and is there for everybody in the account; a ceiling of four fifths
 * of that rate takes four fifths of it.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export const burstSeconds = 0.5;

/** Seconds by which posting may lag behind the pace and catch up at once, even while it is slowed. */
export const catchUpSeconds = 0.05;

/** Of the rate, what is left at the least when nearly everything was throttled. */
const deepestCut = 1 / 8;

/** Answers this close together say the same thing: the posts were on their way already. */
const reactionMilliseconds = 250;

export function createPace(options: {
  readonly now: Clock;
  /** Posts a second at the most, and at the beginning. */
  readonly ceiling: number;
  /** Posts a second at the least. */
  readonly floor?: number;
  /** How many more posts a second, each second. Default: a tenth of the ceiling. */
  readonly increase?: number;
  /** Seconds of the ceiling that the bucket holds, for what begins after a rest. Default: a half. */
  readonly burstSeconds?: number;
}): Pace {
  const { ceiling, floor = Math.min(10, ceiling), increase = ceiling / 10 } = options;
  const createdAt = options.now();
  /** Counted from the beginning: of what has passed since 1970 a double holds no microseconds. */
  const now = () => options.now() - createdAt;
  const burstMilliseconds = (options.burstSeconds ?? burstSeconds) * 1000;
  const catchUpMilliseconds = Math.min(catchUpSeconds * 1000, burstMilliseconds);
  let rateThen = ceiling;
  let then = 0;
  let slowedAt = -Infinity;
  /** When the rate is the ceiling again. */
  let wholeAt = -Infinity;
  let nextPlace = -Infinity;
  const recent = new RecentAnswers();

  const rateAt = (time: number) => Math.min(ceiling, rateThen + (increase * (time - then)) / 1000);
  const rate = () => rateAt(now());
  const isReacting = (time: number) => time - slowedAt < reactionMilliseconds;

  /** The earliest place that may be taken: before it the bucket was full, or, while the rate is slowed, empty. */
  const earliest = (time: number) =>
    Math.max(time - burstMilliseconds, Math.min(time, wholeAt) - catchUpMilliseconds);

  function cutTo(share: number): void {
    const time = now();
    if (isReacting(time)) return;
    rateThen = Math.max(floor, rateAt(time) * share);
    then = slowedAt = time;
    wholeAt = time + ((ceiling - rateThen) * 1000) / increase;
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
      // If halving has not helped: workers that are ten times too fast together would need four halvings to find it out.
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
