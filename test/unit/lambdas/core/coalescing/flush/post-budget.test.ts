// The rest of the lane without batches, so that it does not slow down the lane with batches.
import { PostBudget } from '#core/coalescing/flush/post-budget';
import type { FanOutReport } from '#core/fan-out/fan-out-report';

const countConnections = () => Promise.resolve({ all: 0, batched: 0, single: 0 });

function createRoom(met: { readonly batched: number; readonly single: number }, isLowered = true) {
  const singleInFlight = { isLowered: () => isLowered };
  const room = new PostBudget(
    { pace: { rate: () => 8_000 }, countConnections, singleInFlight, now: () => 0 },
    500,
  );
  room.noteListing(met);
  return room;
}

const ended = (milliseconds: number, postsPerSecond: number) =>
  ({ milliseconds, postsPerSecond }) as FanOutReport;

it.each([
  [
    'as long as its posts took, if they were slower than the pace',
    { batched: 50, single: 50 },
    ended(900, 3_000),
    900,
  ],
  ['not at all if its posts kept the pace', { batched: 50, single: 50 }, ended(900, 7_900), 0],
  ['not at all if its posts took a short time', { batched: 50, single: 50 }, ended(60, 3_000), 0],
  ['not at all if no connection has batches', { batched: 0, single: 50 }, ended(900, 3_000), 0],
])('the lane without batches rests %s', (_, met, report, milliseconds) => {
  expect(createRoom(met).restAfterSingle(report)).toBe(milliseconds);
});

it('the lane without batches does not rest if the limit of posts in flight is not lowered', () => {
  const room = createRoom({ batched: 50, single: 50 }, false);
  expect(room.restAfterSingle(ended(900, 3_000))).toBe(0);
});

it('forgets a measured rate after a minute', () => {
  const clock = { milliseconds: 0 };
  const room = new PostBudget(
    {
      pace: { rate: () => 8_000 },
      countConnections,
      now: () => clock.milliseconds,
    },
    500,
  );
  expect(room.among(10, 'single')).toBe(400);
  // Ten connections, one of which answered late.
  room.noteSingle(ended(3_500, 3));
  expect(room.among(10, 'single')).toBe(1);
  expect(room.among(10, 'batched')).toBe(400);
  clock.milliseconds += 60_000;
  expect(room.among(10, 'single')).toBe(400);
});
