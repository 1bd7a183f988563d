// A request that is repeated until it is answered: if the server fails, there is no answer.
import type { Timers } from '../timers';

const longestPauseMs = 300_000;

/** Calls `question` now, and again after pauses that double, until the timer of this name is stopped. */
export function ask(timers: Timers, name: string, pauseMs: number, question: () => void): void {
  timers.start(name, pauseMs, () => {
    ask(timers, name, Math.min(pauseMs * 2, longestPauseMs), question);
  });
  question();
}
