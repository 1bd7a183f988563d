// A question that is repeated until there is an answer: a message that the server failed on has none.
import type { Timers } from '../timers';

const longestPauseMs = 300_000;

/** Asks now, and again after growing pauses, until the timer of this name is stopped. */
export function ask(timers: Timers, name: string, pauseMs: number, question: () => void): void {
  timers.start(name, pauseMs, () => {
    ask(timers, name, Math.min(pauseMs * 2, longestPauseMs), question);
  });
  question();
}
