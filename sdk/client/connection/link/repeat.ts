// Repeats a request until it is answered, because a server that fails may send no answer.
import type { Timers } from '../timers';

const longestPauseMs = 300_000;

/**
 * Calls `request` at once, and then repeatedly until the timer `name` is stopped.
 * @param pauseMs the first pause; it doubles with each call, up to five minutes
 */
export function repeat(timers: Timers, name: string, pauseMs: number, request: () => void): void {
  timers.start(name, pauseMs, () => {
    repeat(timers, name, Math.min(pauseMs * 2, longestPauseMs), request);
  });
  request();
}
