// How fast to post: as fast as allowed, slower at once when the account is throttled, faster again bit by bit.
import type { Clock } from './ports';
import { RecentAnswers } from './recent-answers';

/** Additive increase, multiplicative decrease of the rate at which posts may begin. */
export interface Pace {
  /** Takes the next place in line: milliseconds from now until the post may begin, zero for at once. */
  readonly reserve: () => number;
  /**
   * Notes how the first post of a fan-out to a connection was answered; slows down when so many different users are
   * throttled that it must be the account. A 429 may as well be the connection's own: see RecentAnswers.
   */
  readonly answered: (userId: string, isThrottled: boolean) => void;
  /** The account is throttled: halves the rate, once for all answers of the same moment. */
  readonly slowDown: () => void;
  /** Whether the account was throttled lately: until the rate is what it was. */
  readonly isSlowed: () => boolean;
  /** Posts a second at this moment. */
  readonly rate: () => number;
}

/** Milliseconds by which posting may lag behind the pace and catch up at once. */
const catchUpMilliseconds = 50;

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
}): Pace {
  const { now, ceiling, floor = Math.min(10, ceiling), increase = ceiling / 10 } = options;
  let rateThen = ceiling;
  let then = now();
  let slowedAt = -Infinity;
  let nextPlace = then;
  const recent = new RecentAnswers();

  const rate = () => Math.min(ceiling, rateThen + (increase * (now() - then)) / 1000);
  const isReacting = (time: number) => time - slowedAt < reactionMilliseconds;

  function slowDown(): void {
    const time = now();
    if (isReacting(time)) return;
    rateThen = Math.max(floor, rate() / 2);
    then = slowedAt = time;
    recent.clear();
  }

  return {
    rate,
    isSlowed: () => rate() < ceiling,
    slowDown,
    answered(userId, isThrottled) {
      const time = now();
      if (isReacting(time)) return;
      recent.note(userId, isThrottled, time);
      if (isThrottled && recent.areManyThrottled()) slowDown();
    },
    reserve() {
      const time = now();
      const place = Math.max(nextPlace, time - catchUpMilliseconds);
      nextPlace = place + 1000 / rate();
      return Math.max(0, place - time);
    },
  };
}
