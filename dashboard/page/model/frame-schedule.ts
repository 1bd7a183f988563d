// When to render: with an animation frame, so never in a hidden tab, and not with each of them.

/** What a schedule needs of the page. */
export interface FrameDependencies {
  requestAnimationFrame(due: () => void): unknown;
  setTimeout(due: () => void, delayMilliseconds: number): unknown;
  /** Milliseconds, from anywhere. */
  now(): number;
}

/**
 * Makes a schedule for one who asks again after being called back only.
 * @param gapMilliseconds at least so much lies between two calls: people cannot read faster, and pages have better things to do
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
