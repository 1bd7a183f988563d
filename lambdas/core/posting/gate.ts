// Lets posts begin no sooner than the pace allows; those that yield take one place in line at a time.
import type { Pace } from './pace';
import type { Clock, Timers } from '../clock';

/** Undefined when a post may begin at once; else it may when the promise resolves, at the latest at the deadline. */
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
 * A gate that keeps one place in the pace's line at the most: a hundred posts that wait here delay those of others by one.
 * While others keep many places, these have one of them; when nobody else posts they have the whole pace.
 */
export function createYieldingGate(options: GateOptions, deadline: number): Gate {
  const { now } = options;
  const pass = createGate(options, deadline);
  const queue: (() => void)[] = [];
  let isTaken = false;

  async function wait(): Promise<void> {
    if (isTaken) await new Promise<void>((resolve) => queue.push(resolve));
    // At the deadline nobody needs a place any more.
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
