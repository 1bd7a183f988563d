import { createGate, createYieldingGate } from '#core/posting/gate';
import { createPace } from '#core/posting/pace';
import { FakeClock } from '../../../../support/core/fakes';

function setUp(ceiling = 10) {
  const clock = new FakeClock(0);
  const pace = createPace({ now: clock.now, ceiling, burstSeconds: 0 });
  const options = { pace, now: clock.now, timers: clock };
  /** When each of so many that came at once could pass. */
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
  ['one that yields', createYieldingGate],
])('%s lets everybody pass as fast as the pace allows', async (_, create) => {
  const { clock, options, passAll } = setUp();
  const passed = await clock.run(passAll(create(options, 60_000), 20));
  expect(passed).toEqual(Array.from({ length: 20 }, (_post, index) => index * 100));
});

it('who yields is in nobody else’s way, but for one place', async () => {
  const { clock, options, passAll } = setUp();
  const yielding = passAll(createYieldingGate(options, 60_000), 30);
  const ordinary = passAll(createGate(options, 60_000), 5);
  const [slow, quick] = await clock.run(Promise.all([yielding, ordinary]));
  expect(quick).toEqual([200, 300, 400, 500, 600]);
  // Its own begin before, and go on when the others have passed.
  expect(slow.slice(0, 3)).toEqual([0, 100, 700]);
  expect(slow.at(-1)).toBe(3_400);
});

it.each([
  ['an ordinary gate', createGate],
  ['one that yields', createYieldingGate],
])('%s keeps nobody beyond the deadline', async (_, create) => {
  const { clock, options, passAll } = setUp();
  const passed = await clock.run(passAll(create(options, 450), 20));
  expect(Math.max(...passed)).toBe(450);
});
