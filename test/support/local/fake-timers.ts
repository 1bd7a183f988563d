// A clock that only advances when a test advances it, for the AWS side of the local stack.
import { setImmediate as settle } from 'node:timers/promises';
import type { Timers } from '#local/support/timers';

export interface FakeTimers extends Timers {
  /** Advances the time, and runs the timers that are due, in their order. */
  advance(milliseconds: number): Promise<void>;
  /** The number of pending timers. */
  readonly pending: number;
}

export function fakeTimers(start = Date.UTC(2026, 0, 31, 12)): FakeTimers {
  let now = start;
  const tasks = new Set<{ readonly at: number; readonly run: () => void }>();
  return {
    now: () => now,
    after(milliseconds, run) {
      const task = { at: now + Math.max(0, milliseconds), run };
      tasks.add(task);
      return () => {
        tasks.delete(task);
      };
    },
    async advance(milliseconds) {
      const until = now + milliseconds;
      for (;;) {
        await settle();
        const [next] = [...tasks].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        tasks.delete(next);
        now = next.at;
        next.run();
      }
      now = until;
      await settle();
    },
    get pending() {
      return tasks.size;
    },
  };
}
