// Creates the timestamps of events. No two should be equal, because a register keeps only one of two events with equal timestamps.
import { maxClockSkewMilliseconds } from '../protocol';

/** The part of the allowed clock skew that is reserved for the skew of the backend's clock. */
const marginMilliseconds = 30_000;

/** The maximum time by which a timestamp may be ahead of the clock, because the service rejects later events. */
const maxLeadMilliseconds = maxClockSkewMilliseconds - marginMilliseconds;

let newest = 0;

/**
 * Returns the timestamp of the next event, which is greater than the previous one of all publishers in this process: two
 * events in the same millisecond get timestamps that are 1 ms apart, and if the clock is set back, timestamps continue from
 * the previous one. But if the clock is set back by more than four and a half minutes, timestamps follow it at once, because
 * the service rejects events that are so far in the future.
 * @param now milliseconds since the Unix epoch
 * @returns milliseconds since the Unix epoch, an integer
 */
export function nextTimestamp(now: number): number {
  const time = Math.floor(now);
  newest = newest + 1 - time > maxLeadMilliseconds ? time : Math.max(time, newest + 1);
  return newest;
}
