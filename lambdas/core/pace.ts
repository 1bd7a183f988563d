// How fast to post: as fast as allowed, slower at once when told so, faster again bit by bit.
import type { Clock } from './ports';

/** Additive increase, multiplicative decrease of the rate at which posts may begin. */
export interface Pace {
  /** Takes the next place in line: milliseconds from now until the post may begin, zero for at once. */
  readonly reserve: () => number;
  /** API Gateway answered 429: halves the rate, once for all answers of the same moment. */
  readonly slowDown: () => void;
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

  const rate = () => Math.min(ceiling, rateThen + (increase * (now() - then)) / 1000);

  return {
    rate,
    reserve() {
      const time = now();
      const place = Math.max(nextPlace, time - catchUpMilliseconds);
      nextPlace = place + 1000 / rate();
      return Math.max(0, place - time);
    },
    slowDown() {
      const time = now();
      if (time - slowedAt < reactionMilliseconds) return;
      rateThen = Math.max(floor, rate() / 2);
      then = slowedAt = time;
    },
  };
}
