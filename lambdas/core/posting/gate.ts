// Delays posts until the pace allows them; a yielding gate reserves one place of the pace at a time.
import type { Pace } from './pace';
import type { Clock, Timers } from '../clock';

/** Returns undefined if a post may begin at once; otherwise a promise that resolves when it may, at the latest at the deadline. */
export type Gate = () => Promise<void> | undefined;

interface GateOptions {
  readonly pace: Pace;
  readonly now: Clock;
  readonly timers: Timers;
}

/** @param deadline milliseconds since the Unix epoch */
export function createGate({ pace, now, timers }: GateOptions, deadline: number): Gate {
  return () => {
    const early = pace.reserve();
    if (early < 1) return undefined;
    const milliseconds = Math.min(early, Math.max(0, deadline - now()));
    return new Promise<void>((resolve) => timers.after(milliseconds, resolve));
  };
}

/**
 * A gate that reserves at most one place of the pace at a time: a hundred posts that wait here delay the posts of other
 * gates by one place only. If no other gate is in use, its posts get the whole pace.
 * @param deadline milliseconds since the Unix epoch
 */
export function createYieldingGate(options: GateOptions, deadline: number): Gate {
  const { now } = options;
  const pass = createGate(options, deadline);
  const queue: (() => void)[] = [];
  let isTaken = false;

  async function wait(): Promise<void> {
    if (isTaken) await new Promise<void>((resolve) => queue.push(resolve));
    // After the deadline no post begins, so no place is reserved.
    const waiting = now() >= deadline ? undefined : pass();
    if (waiting !== undefined) {
      isTaken = true;
      await waiting;
    }
    isTaken = queue.length > 0;
    queue.shift()?.();
  }

  return () => {
    if (isTaken) return wait();
    const waiting = pass();
    if (waiting === undefined) return undefined;
    isTaken = true;
    return waiting.then(() => {
      isTaken = queue.length > 0;
      queue.shift()?.();
    });
  };
}
