// Formats relative times. They are coarse, so that a page with many of them rarely changes.

/**
 * Returns a relative time, e.g. `just now`, `20 s ago`, `3 min ago`, `5 h ago`, `2 d ago`.
 * @param timestamp in milliseconds since the Unix epoch; a time in the future, which comes from a wrong clock, is shown as now
 * @param now in milliseconds since the Unix epoch
 */
export function relativeTime(timestamp: number, now: number): string {
  const seconds = Math.floor((now - timestamp) / 1000);
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** Returns the whole seconds until `dueAt`, rounded up; 0 if it has passed. Both times are in milliseconds. */
export function secondsUntil(dueAt: number, now: number): number {
  return Math.max(0, Math.ceil((dueAt - now) / 1000));
}
