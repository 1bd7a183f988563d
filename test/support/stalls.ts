// The time for which this process, and so the stack in it, did not run. Tests of arrival times allow for it.

const tickMilliseconds = 100;
/** Timers are late by some milliseconds on any machine. */
const usualMilliseconds = 20;

/** @returns a function that ends the measurement, and returns the sum of the milliseconds by which timers were late */
export function measureStalls(): () => number {
  let stalled = 0;
  let last = Date.now();
  const tick = () => {
    const late = Date.now() - last - tickMilliseconds;
    if (late > usualMilliseconds) stalled += late;
    last = Date.now();
  };
  const timer = setInterval(tick, tickMilliseconds);
  return () => {
    clearInterval(timer);
    tick();
    return stalled;
  };
}
