// Bounds each wait by a timeout, and by Ctrl-C.
import { setTimeout as sleep } from 'node:timers/promises';
import { DoesNotHold } from './verdicts';

export interface Waiting {
  readonly timeoutMilliseconds: number;
  /** Aborts when the command is interrupted. */
  readonly signal: AbortSignal;
}

/**
 * Waits for a promise.
 * @param what what is expected, for the error
 * @throws {DoesNotHold} after the timeout; the reason of the signal if it aborts
 */
export async function timeOut<T>(
  promise: Promise<T>,
  what: string,
  { timeoutMilliseconds, signal }: Waiting,
): Promise<T> {
  signal.throwIfAborted();
  let end: () => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => {
      reject(new DoesNotHold(what, `nothing within ${timeoutMilliseconds / 1000} s`));
    }, timeoutMilliseconds);
    const abort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort);
    end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
  });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    end();
  }
}

/** Repeats a check until it holds. @throws what it last threw, after the timeout; the reason of the signal if it aborts */
export async function waitUntilHolds(
  check: () => Promise<void>,
  { timeoutMilliseconds, signal }: Waiting,
): Promise<void> {
  const deadline = performance.now() + timeoutMilliseconds;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (!(error instanceof DoesNotHold) || performance.now() >= deadline) throw error;
    }
    await sleep(retryMilliseconds, undefined, { signal });
  }
}

const retryMilliseconds = 500;

/** Calls a function several times, one after the other. @returns how long each call took, in milliseconds */
export async function timed(times: number, call: () => Promise<unknown>): Promise<number[]> {
  const durations: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const start = performance.now();
    await call();
    durations.push(performance.now() - start);
  }
  return durations;
}
