// How long to wait before the next attempt, so that clients which lost a server together do not reconnect together.

/**
 * "Full jitter": anything from nothing to a bound that doubles with every failure, up to `capMs`.
 * @param failures attempts that failed in a row; 0 after a connection that was stable
 * @param luck from 0 to 1, as Math.random
 * @returns milliseconds, an integer
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(failures: number, luck: number, baseMs: number, capMs: number): number {
  // No base at all, doubled without end, is no number.
  return Math.round(luck * Math.min(capMs, baseMs * 2 ** failures || 0));
}

/** Anything from `minMs` to `maxMs`, in milliseconds, an integer. */
export function betweenMs(minMs: number, maxMs: number, luck: number): number {
  return Math.round(minMs + luck * (maxMs - minMs));
}
