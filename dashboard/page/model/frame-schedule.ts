// Schedules renders in animation frames, so that a hidden tab does not render, with a minimum time between them.

/** The dependencies of a schedule. */
export interface FrameDependencies {
  requestAnimationFrame(due: () => void): unknown;
  setTimeout(due: () => void, delayMilliseconds: number): unknown;
  /** Returns the current time in milliseconds, since any point in time. */
  now(): number;
}

/**
 * Creates a schedule. The caller must not schedule again before it was called back.
 * @param gapMilliseconds the minimum time between two calls; more frequent changes cannot be read
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
