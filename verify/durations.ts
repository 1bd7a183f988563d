// Summarizes durations by their percentiles.

/** Durations in milliseconds, rounded to tenths. */
export interface Durations {
  readonly count: number;
  readonly p50: number;
  /** Of fewer than a hundred durations, the longest. */
  readonly p99: number;
}

/** @returns undefined if there are no durations */
export function summarize(milliseconds: readonly number[]): Durations | undefined {
  if (milliseconds.length === 0) return undefined;
  const sorted = milliseconds.toSorted((one, other) => one - other);
  return {
    count: sorted.length,
    p50: percentileOf(sorted, 0.5),
    p99: percentileOf(sorted, 0.99),
  };
}

/** The nearest rank: the smallest value that at least this share of the values does not exceed. */
function percentileOf(sorted: readonly number[], share: number): number {
  const value = sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
  return Math.round(value * 10) / 10;
}
