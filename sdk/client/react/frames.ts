// When to render: with the page's next animation frame, however much has happened since the one before.
import { globals } from '../dependencies';

/** A hidden page has no animation frames, but a title that can be seen, and it may be shown at any time. */
const withoutFrameMs = 250;

/**
 * Calls `due` once: with the next animation frame; after a quarter of a second where none comes, as in a hidden page;
 * and as soon as what is running now has ended where there are no animation frames at all.
 */
export function inNextFrame(due: () => void): void {
  if (globals.requestAnimationFrame === undefined) {
    queueMicrotask(due);
    return;
  }
  const frame = globals.requestAnimationFrame(() => {
    globals.clearTimeout(timer);
    due();
  });
  const timer = globals.setTimeout(() => {
    globals.cancelAnimationFrame?.(frame);
    due();
  }, withoutFrameMs);
}
