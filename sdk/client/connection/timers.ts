// Named timers, which can be restarted and stopped by name, or stopped all at once.

/** The source of the current time and of timers. */
export interface Clock {
  /** Returns the current time in milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `due` after `delayMs` milliseconds. Returns the timer for `clearTimeout`. */
  setTimeout(due: () => void, delayMs: number): unknown;
  /** Cancels a timer; ignores one that is unknown or has expired. */
  clearTimeout(timer: unknown): void;
}

export interface Timers {
  /** Calls `due` after `delayMs` milliseconds; never if that is infinite. Replaces a running timer of the same name. */
  start(name: string, delayMs: number, due: () => void): void;
  stop(name: string): void;
  stopAll(): void;
}

/** The longest delay that `setTimeout` supports; with a longer one, it fires immediately. */
const greatestDelayMs = 2 ** 31 - 1;

/** Creates a set of timers, none of which is running. */
export function createTimers(clock: Clock): Timers {
  const running = new Map<string, unknown>();
  const stop = (name: string) => {
    clock.clearTimeout(running.get(name));
    running.delete(name);
  };
  return {
    start(name, delayMs, due) {
      stop(name);
      if (delayMs === Infinity) return;
      const timer = clock.setTimeout(
        () => {
          running.delete(name);
          due();
        },
        Math.min(delayMs, greatestDelayMs),
      );
      running.set(name, timer);
    },
    stop,
    stopAll() {
      for (const name of running.keys()) stop(name);
    },
  };
}
