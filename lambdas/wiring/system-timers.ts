// The timers of Node.js.
import type { Timers } from '#core/clock';

export const systemTimers: Timers = {
  after(milliseconds, task) {
    const timeout = setTimeout(task, Math.max(0, milliseconds));
    return () => {
      clearTimeout(timeout);
    };
  },
};
