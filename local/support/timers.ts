// Provides the clock and the timers of the local stack, which tests can replace.

/** Returns milliseconds, since the Unix epoch unless stated otherwise. */
export type Clock = () => number;

/** Stops a timer that has not fired yet. */
export type Cancel = () => void;

export interface Timers {
  readonly now: Clock;
  /** Runs `task` once, `milliseconds` from now. */
  after(milliseconds: number, task: () => void): Cancel;
}

/** The longest delay of setTimeout, which fires at once if the delay is longer. */
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
