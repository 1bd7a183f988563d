// Computes the deadline for the posts of an invocation.

/** Reserved in milliseconds for the last posts to end, and for sending the rest to the retry queue. */
const reserveMilliseconds = 6_000;

/**
 * When the last post of an invocation may begin, in milliseconds since the Unix epoch.
 * @param remainingMilliseconds the time until Lambda stops the invocation
 */
export function deadlineOf(now: number, remainingMilliseconds: number): number {
  return now + Math.max(remainingMilliseconds / 2, remainingMilliseconds - reserveMilliseconds);
}
