// The percentiles of measurements: of metrics, of the durations of verify, and of the benches.

/**
 * The percentile by the nearest-rank method: the smallest of the numbers that at least this percentage of them does not exceed.
 * It is always one of the numbers; of few numbers, a high percentile is the greatest.
 * @param numbers in any order
 * @param percent 0 to 100
 * @returns NaN if there are no numbers
 * @see https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method
 */
export function percentileOf(numbers: readonly number[], percent: number): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const rank = Math.ceil((percent * sorted.length) / 100);
  return sorted[Math.max(rank, 1) - 1] ?? NaN;
}
