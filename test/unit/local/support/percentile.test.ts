// Percentiles by the nearest-rank method.
import { percentileOf } from '#local/support/percentile';

const toHundred = Array.from({ length: 100 }, (_, index) => index + 1);

it.each([
  [0, 15],
  [5, 15],
  [30, 20],
  [40, 20],
  [50, 35],
  [99, 50],
  [100, 50],
])('returns one of the numbers as percentile %i, whatever their order', (percent, expected) => {
  const numbers = [50, 15, 40, 35, 20];
  expect(percentileOf(numbers, percent)).toBe(expected);
  expect(numbers).toEqual([50, 15, 40, 35, 20]);
});

it.each([7, 50, 57, 99, 99.9])('returns rank %d, rounded up, of a hundred numbers', (percent) => {
  expect(percentileOf(toHundred, percent)).toBe(Math.ceil(percent));
});

it('sorts by value, and returns NaN for no numbers', () => {
  expect(percentileOf([10, 9, 100], 50)).toBe(10);
  expect(percentileOf([], 50)).toBeNaN();
});
