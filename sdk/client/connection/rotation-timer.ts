// Determines when connections are replaced: at a random age, or after a wait if that has failed.
import { backoffMs, betweenMs } from './backoff';
import { createTimers, type Clock } from './timers';
import type { Timing } from './timing';

export interface RotationTimer {
  /** Schedules the next rotation. */
  readonly plan: () => void;
  /** Schedules another attempt after a failed rotation. */
  readonly retry: () => void;
  /** Calls `report` later, unless a rotation is scheduled until then. */
  readonly delay: (report: () => void) => void;
  readonly stop: () => void;
}

/**
 * Creates a timer that is not running.
 * @param due called when it is time for a rotation
 */
export function createRotationTimer(
  { clock, timing, random }: { clock: Clock; timing: Timing; random: () => number },
  due: () => void,
): RotationTimer {
  const timers = createTimers(clock);
  /** The number of consecutive failed rotations. */
  let failures = 0;

  /** There is one timer for both: when the successor opens, its rotation is scheduled, which cancels the delayed report. */
  function wait(delayMs: number, then = due): void {
    timers.start('rotate', delayMs, then);
  }

  return {
    plan() {
      failures = 0;
      wait(betweenMs(timing.rotateMinMs, timing.rotateMaxMs, random()));
    },
    retry() {
      failures += 1;
      wait(backoffMs(failures, random(), timing.backoffBaseMs, timing.backoffCapMs));
    },
    delay(report) {
      wait(timing.pongTimeoutMs, report);
    },
    stop() {
      timers.stopAll();
    },
  };
}
