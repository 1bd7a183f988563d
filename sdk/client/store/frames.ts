// Schedules renders in animation frames, so that there is at most one for each, however many events arrive.
import { globals } from '../dependencies';

/** The delay in milliseconds without an animation frame. A hidden page still renders: its title is visible, and it may be shown at any time. */
const withoutFrameMs = 250;

/**
 * Calls `due` once: in the next animation frame; after 250 ms if there is none, as in a hidden page; or in a microtask if
 * the environment has no animation frames.
 */
export function inNextFrame(due: () => void): void {
  if (globals.requestAnimationFrame === undefined) {
    queueMicrotask(due);
    return;
  }
  const timer = globals.setTimeout(() => {
    globals.cancelAnimationFrame?.(frame);
    due();
  }, withoutFrameMs);
  // Fakes of tests may call back at once.
  const frame = globals.requestAnimationFrame(() => {
    globals.clearTimeout(timer);
    due();
  });
}
