// Timestamps for events: dashboards keep the newest value of each agent, so no two may ever be equal.
let newest = 0;

/**
 * The time of an event, greater than every one before it in this process, whichever publisher asks: two
 * events within a millisecond are a millisecond apart, and while a clock that was set back catches up, the
 * timestamps go on from where they were.
 * @param now milliseconds since the Unix epoch
 * @returns milliseconds since the Unix epoch, an integer
 */
export function nextTimestamp(now: number): number {
  newest = Math.max(Math.floor(now), newest + 1);
  return newest;
}
