// How much of an invocation's time may be spent on posts.

/** Milliseconds that are kept for the last posts to end, and for putting the rest into the queue. */
const reserveMilliseconds = 6_000;

/**
 * When the last post of an invocation may begin, in milliseconds since the Unix epoch.
 * @param remainingMilliseconds what Lambda still gives the invocation
 */
export function deadlineOf(now: number, remainingMilliseconds: number): number {
  return now + Math.max(remainingMilliseconds / 2, remainingMilliseconds - reserveMilliseconds);
}
