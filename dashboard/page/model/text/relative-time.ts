// Formats relative times. They are coarse, so that a page with many of them rarely changes.

/**
 * Returns a relative time, e.g. `just now`, `20 s ago`, `3 min ago`, `5 h ago`, `2 d ago`.
 * @param timestamp in milliseconds since the Unix epoch; a time in the future, which comes from a wrong clock, is shown as now
 * @param now in milliseconds since the Unix epoch
 */
export function relativeTime(timestamp: number, now: number): string {
  const age = now - timestamp;
  return age < leastMilliseconds ? 'just now' : `${durationWords(age)} ago`;
}

/** Shorter durations have no number. */
const leastMilliseconds = 10_000;

/** Returns a duration, e.g. `20 s`, `3 min`, `5 h`, `2 d`; `under 10 s` if it is shorter than that. */
export function durationWords(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (milliseconds < leastMilliseconds) return 'under 10 s';
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Returns the whole seconds until `dueAt`, rounded up; 0 if it has passed. Both times are in milliseconds. */
export function secondsUntil(dueAt: number, now: number): number {
  return Math.max(0, Math.ceil((dueAt - now) / 1000));
}
