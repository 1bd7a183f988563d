// Summarizes durations by their percentiles.
import { percentileOf } from '#local/support/percentile';

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
  const rounded = (percent: number) => Math.round(percentileOf(milliseconds, percent) * 10) / 10;
  return { count: milliseconds.length, p50: rounded(50), p99: rounded(99) };
}
