// When to render: in an animation frame, so never in a hidden tab, and not in each of them.

/** The dependencies of a schedule. */
export interface FrameDependencies {
  requestAnimationFrame(due: () => void): unknown;
  setTimeout(due: () => void, delayMilliseconds: number): unknown;
  /** Milliseconds since any point in time. */
  now(): number;
}

/**
 * Creates a schedule for a caller that schedules again only after it was called back.
 * @param gapMilliseconds the least time between two calls: people cannot read faster
 */
export function createFrameSchedule(
  dependencies: FrameDependencies,
  gapMilliseconds = 200,
): (due: () => void) => void {
  let lastAt = -Infinity;
  return (due) => {
    const inFrame = () =>
      dependencies.requestAnimationFrame(() => {
        lastAt = dependencies.now();
        due();
      });
    const leftMilliseconds = lastAt + gapMilliseconds - dependencies.now();
    if (leftMilliseconds <= 0) inFrame();
    else dependencies.setTimeout(inFrame, leftMilliseconds);
  };
}
