// Named timers: each can be restarted or stopped by its name, and all of them at once.

/** Where time comes from. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `due` after so many milliseconds; gives what `clearTimeout` takes. */
  setTimeout(due: () => void, delayMs: number): unknown;
  /** Stops a timer that is not due yet. */
  clearTimeout(timer: unknown): void;
}

export interface Timers {
  /** Runs `due` after `delayMs`. Replaces the running timer of this name. */
  start(name: string, delayMs: number, due: () => void): void;
  stop(name: string): void;
  stopAll(): void;
}

/** The longest delay that setTimeout takes: longer ones are due at once. */
const greatestDelayMs = 2 ** 31 - 1;

export function createTimers(clock: Clock): Timers {
  const running = new Map<string, unknown>();
  const stop = (name: string) => {
    clock.clearTimeout(running.get(name));
    running.delete(name);
  };
  return {
    start(name, delayMs, due) {
      stop(name);
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
