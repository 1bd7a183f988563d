// Timestamps for events: dashboards keep the newest value of each agent, so no two may ever be equal.
import { maxClockSkewMilliseconds } from '../protocol';

/** What is left of the allowed clock skew for a backend whose clock is a little ahead of the service's. */
const marginMilliseconds = 30_000;

/** The most that a timestamp may be ahead of the clock: events beyond it are rejected by the service. */
const maxLeadMilliseconds = maxClockSkewMilliseconds - marginMilliseconds;

let newest = 0;

/**
 * The time of an event, greater than the one before it in this process, whichever publisher asks: two events within
 * a millisecond are a millisecond apart, and while a clock that was set back a little catches up, the timestamps go
 * on from where they were. A clock that was set back by more than four and a half minutes is followed at once: what
 * was reported with its old time has been rejected, and so would be all that went on from there.
 * @param now milliseconds since the Unix epoch
 * @returns milliseconds since the Unix epoch, an integer
 */
export function nextTimestamp(now: number): number {
  const time = Math.floor(now);
  newest = newest + 1 - time > maxLeadMilliseconds ? time : Math.max(time, newest + 1);
  return newest;
}
