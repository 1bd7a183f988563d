// Paces reports to a person: what happens within a short time is told together, and not too often.

/** The timers that the page's models use; those of the browser, or of a test. */
export interface Timers {
  /** Returns the current time in milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly setTimeout: (due: () => void, delayMilliseconds: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
}

export interface Pace {
  /** How long to collect after the first request; 0 to report at once. */
  readonly delayMilliseconds: number;
  /** The minimum time between two reports. */
  readonly gapMilliseconds: number;
}

export interface Paced {
  /** Requests a report. Requests before it is made belong to the same report. */
  readonly request: () => void;
  /** Cancels a requested report. */
  readonly stop: () => void;
}

/**
 * Creates paced reports.
 * @param report returns whether there was anything to report; if not, the next report need not wait for the gap
 */
export function createPaced(report: () => boolean, pace: Pace, timers: Timers): Paced {
  let lastAt = -Infinity;
  let timer: unknown;
  function reportNow(): void {
    timer = undefined;
    if (report()) lastAt = timers.now();
  }
  return {
    request() {
      if (timer !== undefined) return;
      const { delayMilliseconds, gapMilliseconds } = pace;
      const wait = Math.max(delayMilliseconds, lastAt + gapMilliseconds - timers.now());
      if (wait > 0) timer = timers.setTimeout(reportNow, wait);
      else reportNow();
    },
    stop() {
      if (timer !== undefined) timers.clearTimeout(timer);
      timer = undefined;
    },
  };
}
