// Stores measurements by metric and time, and calculates statistics of them.
import { percentileOf } from '../support/percentile';
import type { Datapoint } from './expression';

/** Identifies a metric, as in CloudWatch. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface Measurement {
  readonly metric: MetricId;
  readonly value: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** The key of a metric, which does not depend on the order of its dimensions. */
function keyOf({ namespace, name, dimensions }: MetricId): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

export class MetricStore {
  readonly #measured: Map<string, { readonly value: number; readonly at: number }[]>;
  readonly #keepMilliseconds: number;

  /** Stores measurements of the `wanted` metrics only, and drops those older than `keepMilliseconds`. */
  constructor(wanted: readonly MetricId[], keepMilliseconds: number) {
    this.#measured = new Map(wanted.map((metric) => [keyOf(metric), []]));
    this.#keepMilliseconds = keepMilliseconds;
  }

  record({ metric, value, at }: Measurement): void {
    const measured = this.#measured.get(keyOf(metric));
    if (measured === undefined) return;
    const oldest = at - this.#keepMilliseconds;
    const first = measured.findIndex((each) => each.at >= oldest);
    measured.splice(0, first === -1 ? measured.length : first);
    measured.push({ value, at });
  }

  /**
   * A statistic of the measurements from `from` (inclusive) to `to` (exclusive), in milliseconds since the Unix epoch.
   * @returns undefined if there are no measurements, or for an unknown statistic
   */
  statistic(metric: MetricId, name: string, from: number, to: number): Datapoint {
    const values = (this.#measured.get(keyOf(metric)) ?? [])
      .filter(({ at }) => at >= from && at < to)
      .map(({ value }) => value);
    return values.length === 0 ? undefined : statisticOf(name)?.(values);
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/**
 * The function that calculates a statistic, e.g. `Sum` or `p99`, of at least one value.
 * @returns undefined for an unknown statistic
 */
export function statisticOf(name: string): ((values: readonly number[]) => number) | undefined {
  const [, percent] = /^p(\d+(?:\.\d+)?)$/.exec(name) ?? [];
  if (percent !== undefined) return (values) => percentileOf(values, Number(percent));
  switch (name) {
    case 'Sum':
      return sum;
    case 'Average':
      return (values) => sum(values) / values.length;
    case 'Maximum':
      return (values) => Math.max(...values);
    case 'Minimum':
      return (values) => Math.min(...values);
    case 'SampleCount':
      return (values) => values.length;
    default:
      return undefined;
  }
}
