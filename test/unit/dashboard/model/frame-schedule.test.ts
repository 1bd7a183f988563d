// When the page renders: with frames, and not with each.
import { createFrameSchedule } from '#dashboard/page/model/frame-schedule';

function createWorld() {
  let now = 0;
  const frames: (() => void)[] = [];
  const timers: { readonly at: number; readonly due: () => void }[] = [];
  return {
    requestAnimationFrame: (due: () => void) => frames.push(due),
    setTimeout: (due: () => void, delayMs: number) => timers.push({ at: now + delayMs, due }),
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
  const world = createWorld();
  const calls: number[] = [];
  const schedule = createFrameSchedule(world, 100);
  const ask = () => {
    schedule(() => calls.push(world.now()));
  };
  ask();
  expect(calls).toEqual([]);
  world.pass(16);
  world.frame();
  expect(calls).toEqual([16]);
  ask();
  world.pass(50);
  world.frame();
  expect(calls).toEqual([16]);
  world.pass(50);
  world.frame();
  expect(calls).toEqual([16, 116]);
});

it('in a page that nobody sees there are no frames, and so no calls', () => {
  const world = createWorld();
  let calls = 0;
  createFrameSchedule(world, 100)(() => (calls += 1));
  world.pass(3_600_000);
  expect(calls).toBe(0);
  world.frame();
  expect(calls).toBe(1);
});
