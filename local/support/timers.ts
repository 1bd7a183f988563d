// The time of the AWS side of the local stack: a clock and timers that tests replace and that close at once.

/** Stops a timer that has not fired yet. */
export type Cancel = () => void;

export interface Timers {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `task` once, `milliseconds` from now. */
  after(milliseconds: number, task: () => void): Cancel;
}

/** setTimeout fires at once when asked to wait longer than this. */
const longestTimeoutMilliseconds = 2 ** 31 - 1;

/** The machine's clock; `close` drops every timer that has not fired. */
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
