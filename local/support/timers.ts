// Time for the services of the local stack: a clock and timers that tests can replace, and that end with the stack.

/** Milliseconds, since the Unix epoch where nothing else is said. */
export type Clock = () => number;

/** Stops a timer that has not fired yet. */
export type Cancel = () => void;

export interface Timers {
  readonly now: Clock;
  /** Runs `task` once, `milliseconds` from now. */
  after(milliseconds: number, task: () => void): Cancel;
}

/** setTimeout fires at once when asked to wait longer than this. */
const longestTimeoutMilliseconds = 2 ** 31 - 1;

/** The machine's clock and timers; `close` cancels every timer that has not fired. */
export function systemTimers(): Timers & { close(): void } {
  const pending = new Set<NodeJS.Timeout>();
  return {
    now: () => Date.now(),
    after(milliseconds, task) {
      const timeout = setTimeout(
        () => {
          pending.delete(timeout);
          task();
        },
        Math.min(Math.max(milliseconds, 0), longestTimeoutMilliseconds),
      );
      pending.add(timeout);
      return () => {
        pending.delete(timeout);
        clearTimeout(timeout);
      };
    },
    close() {
      pending.forEach(clearTimeout);
      pending.clear();
    },
  };
}
