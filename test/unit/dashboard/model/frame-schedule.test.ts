// When the page renders: with animation frames, but not with each of them.
import { createFrameSchedule } from '#dashboard/page/model/frame-schedule';

function createPage() {
  let now = 0;
  const frames: (() => void)[] = [];
  const timers: { readonly at: number; readonly due: () => void }[] = [];
  return {
    requestAnimationFrame: (due: () => void) => frames.push(due),
    setTimeout: (due: () => void, delayMilliseconds: number) =>
      timers.push({ at: now + delayMilliseconds, due }),
    now: () => now,
    pass(ms: number) {
      now += ms;
      for (const timer of timers.splice(0)) {
        if (timer.at <= now) timer.due();
        else timers.push(timer);
      }
    },
    /** Runs the callbacks for the next animation frame. */
    frame() {
      for (const due of frames.splice(0)) due();
    },
  };
}

it('calls back in the next animation frame, and then not before the gap has passed', () => {
  const page = createPage();
  const calls: number[] = [];
  const schedule = createFrameSchedule(page, 100);
  const ask = () => {
    schedule(() => calls.push(page.now()));
  };
  ask();
  expect(calls).toEqual([]);
  page.pass(16);
  page.frame();
  expect(calls).toEqual([16]);
  ask();
  page.pass(50);
  page.frame();
  expect(calls).toEqual([16]);
  page.pass(50);
  page.frame();
  expect(calls).toEqual([16, 116]);
});

it('does not call back in a hidden page, which has no animation frames', () => {
  const page = createPage();
  let calls = 0;
  createFrameSchedule(page, 100)(() => (calls += 1));
  page.pass(3_600_000);
  expect(calls).toBe(0);
  page.frame();
  expect(calls).toBe(1);
});
