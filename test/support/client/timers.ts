// A fake time as the timers that the models of the dashboard accept.
import type { Timers } from '#dashboard/page/model/attention/pace';
import type { FakeTime } from './client-harness';

export const timersOf = (time: FakeTime): Timers => ({
  now: time.now,
  setTimeout: (due, delayMilliseconds) => time.setTimeout(due, delayMilliseconds),
  clearTimeout: (timer) => {
    time.clearTimeout(timer);
  },
});
