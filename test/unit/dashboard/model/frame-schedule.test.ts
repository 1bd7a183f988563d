// When the page renders: with frames, and not with each.
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
    /** The browser is about to paint. */
    frame() {
      for (const due of frames.splice(0)) due();
    },
  };
}

it('calls back with the next frame, then not before the gap is over', () => {
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

it('in a page that nobody sees there are no frames, and so no calls', () => {
  const page = createPage();
  let calls = 0;
  createFrameSchedule(page, 100)(() => (calls += 1));
  page.pass(3_600_000);
  expect(calls).toBe(0);
  page.frame();
  expect(calls).toBe(1);
});
