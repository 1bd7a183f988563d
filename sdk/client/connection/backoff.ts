// Calculates random waits between attempts, so that clients that lost the same server do not reconnect at the same time.

/**
 * Exponential backoff with full jitter: a random wait of at most `baseMs`, doubled for each failure, and never more than
 * `capMs`.
 * @param failures number of consecutive failed attempts; 0 after a stable connection
 * @param random a random number from 0 to 1, as returned by `Math.random`
 * @returns the wait in milliseconds, an integer
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(failures: number, random: number, baseMs: number, capMs: number): number {
  // `0 * Infinity` is NaN.
  return Math.round(random * Math.min(capMs, baseMs * 2 ** failures || 0));
}

/** Returns a random integer from `minMs` to `maxMs`, chosen by `random`, a number from 0 to 1. */
export function betweenMs(minMs: number, maxMs: number, random: number): number {
  return Math.round(minMs + random * (maxMs - minMs));
}
