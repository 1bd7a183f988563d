// Timestamps follow the clock whenever it is ahead of them, and never stand still or go back.
import fc from 'fast-check';
import { nextTimestamp } from '../../../../sdk/publisher/timestamps';

test('increase strictly, and are the time whenever that is greater', () => {
  const clock = fc.oneof(
    fc.double({ min: 0, max: 8e15, noNaN: true }),
    fc.integer({ min: 0, max: 10 }),
  );
  fc.assert(
    fc.property(fc.array(clock), (times) => {
      let earlier = nextTimestamp(0);
      for (const time of times) {
        const timestamp = nextTimestamp(time);
        expect(timestamp).toBe(time >= earlier + 1 ? Math.floor(time) : earlier + 1);
        earlier = timestamp;
      }
    }),
  );
});
