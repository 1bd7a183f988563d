// Timestamps follow the clock, always increase, and go back only after a clock that was far ahead.
import fc from 'fast-check';
import { nextTimestamp } from '#sdk/publisher/timestamps';

const minute = 60_000;
const hour = 60 * minute;

/** lambdas/core/broadcasting/broadcast.ts rejects timestamps that are further ahead of its own clock. */
const accepted = 5 * minute;

/** Greater than the timestamps of earlier tests, because the module keeps the last one. */
let start = 9e12;
beforeEach(() => {
  start += 24 * hour;
  nextTimestamp(start);
});

it('increase strictly, and equal the time if it is greater', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 4 * minute, noNaN: true })), (moves) => {
      start += hour;
      let earlier = nextTimestamp(start);
      for (const move of moves) {
        const time = start + move;
        const timestamp = nextTimestamp(time);
        expect(timestamp).toBe(time >= earlier + 1 ? Math.floor(time) : earlier + 1);
        earlier = timestamp;
      }
    }),
  );
});

it('are correct as soon as a clock that was an hour ahead is correct', () => {
  expect(nextTimestamp(start + hour)).toBe(start + hour);
  expect(nextTimestamp(start + 1000)).toBe(start + 1000);
  expect(nextTimestamp(start + 1000)).toBe(start + 1001);
});

it('continue after a clock that was two minutes ahead, because the service accepted the earlier ones', () => {
  expect(nextTimestamp(start + 2 * minute)).toBe(start + 2 * minute);
  expect(nextTimestamp(start)).toBe(start + 2 * minute + 1);
});

it('are never as far ahead of the clock as the service rejects', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 * hour }), { minLength: 1 }), (clock) => {
      for (const elapsed of clock) {
        const time = start + elapsed;
        const timestamp = nextTimestamp(time);
        expect(timestamp).toBeGreaterThanOrEqual(time);
        expect(timestamp).toBeLessThan(time + accepted);
      }
    }),
  );
});
