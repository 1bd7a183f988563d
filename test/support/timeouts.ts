// Timeouts of code that uses real sockets. They pass when a test says so, and never because the machine is busy.

/** Stops the clock and the timers of the code under test. Sockets, immediates and promises go on. */
export function holdTimeouts(): void {
  jest.useFakeTimers({
    doNotFake: [
      ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
      ...(['setImmediate', 'clearImmediate', 'setInterval', 'clearInterval'] as const),
    ],
  });
}

/** Lets time pass. Resolves when those whose timeout has passed have seen it. */
export async function passTime(milliseconds: number): Promise<void> {
  jest.advanceTimersByTime(milliseconds);
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}

export function releaseTimeouts(): void {
  jest.useRealTimers();
}
