import fc from 'fast-check';
import { backoffMs, betweenMs } from '#sdk/client/connection/backoff';

const random = fc.double({ min: 0, max: 1, noNaN: true });

it('returns a wait from 0 to a bound that doubles with each failure, up to the cap', () => {
  const failures = fc.nat(2_000);
  fc.assert(
    fc.property(failures, random, fc.nat(5_000), fc.nat(60_000), (count, lucky, base, cap) => {
      const wait = backoffMs(count, lucky, base, cap);
      expect(Number.isInteger(wait)).toBe(true);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(count > 30 ? cap : Math.min(cap, base * 2 ** count));
    }),
  );
});

it('returns the bound at the greatest random value: 1 s, 2 s, 4 s, 8 s, 16 s, 30 s, 30 s', () => {
  const bounds = Array.from({ length: 7 }, (_, failures) => backoffMs(failures, 1, 1_000, 30_000));
  expect(bounds).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

it('returns a value between two bounds from betweenMs', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(100_000), random, (least, more, lucky) => {
      const wait = betweenMs(least, least + more, lucky);
      expect(wait).toBeGreaterThanOrEqual(least);
      expect(wait).toBeLessThanOrEqual(least + more);
    }),
  );
  expect([0, 0.5, 1].map((lucky) => betweenMs(90, 110, lucky))).toEqual([90, 100, 110]);
});
