import { createGate, createYieldingGate } from '#core/posting/gate';
import { createPace } from '#core/posting/pace';
import { FakeClock } from '#test/support/core/fakes';

function setUp(ceiling = 10) {
  const clock = new FakeClock(0);
  const pace = createPace({ now: clock.now, ceiling, burstSeconds: 0 });
  const options = { pace, now: clock.now, timers: clock };
  /** The times at which `count` simultaneous callers pass. */
  const passAll = (gate: ReturnType<typeof createGate>, count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        await gate();
        return clock.now();
      }),
    );
  return { clock, options, passAll };
}

it.each([
  ['an ordinary gate', createGate],
  ['a yielding gate', createYieldingGate],
])('%s admits callers at the rate of the pace', async (_, create) => {
  const { clock, options, passAll } = setUp();
  const passed = await clock.run(passAll(create(options, 60_000), 20));
  expect(passed).toEqual(Array.from({ length: 20 }, (_post, index) => index * 100));
});

it('a yielding gate delays the callers of an ordinary gate by at most one post', async () => {
  const { clock, options, passAll } = setUp();
  const yielding = passAll(createYieldingGate(options, 60_000), 30);
  const ordinary = passAll(createGate(options, 60_000), 5);
  const [slow, quick] = await clock.run(Promise.all([yielding, ordinary]));
  expect(quick).toEqual([200, 300, 400, 500, 600]);
  // Its first callers pass before the callers of the ordinary gate, and the others after them.
  expect(slow.slice(0, 3)).toEqual([0, 100, 700]);
  expect(slow.at(-1)).toBe(3_400);
});

it.each([
  ['an ordinary gate', createGate],
  ['a yielding gate', createYieldingGate],
])('%s admits all callers by the deadline', async (_, create) => {
  const { clock, options, passAll } = setUp();
  const passed = await clock.run(passAll(create(options, 450), 20));
  expect(Math.max(...passed)).toBe(450);
});
