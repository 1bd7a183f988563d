// Percentiles of durations.
import { summarize } from '#verify/durations';

it('has no summary of no durations', () => {
  expect(summarize([])).toBeUndefined();
});

it('takes the nearest rank, whatever the order: of few durations, the p99 is the longest', () => {
  expect(summarize([30, 10, 20, 40])).toEqual({ count: 4, p50: 20, p99: 40 });
  expect(summarize([7.04])).toEqual({ count: 1, p50: 7, p99: 7 });
});

it('leaves the longest of a hundred durations out of the p99', () => {
  const durations = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(summarize(durations)).toEqual({ count: 100, p50: 50, p99: 99 });
});
