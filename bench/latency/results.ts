// Computes the percentiles of a measurement, and formats the results.
import { percentileOf } from '#local/support/percentile';
import { formatRows } from '../results';
import { stepNames, type Measurement, type Timing } from './steps';

interface Percentiles {
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

/** The result that `--json` prints for each measurement and number of connections. */
export interface LatencyResult extends Percentiles {
  readonly measurement: Measurement;
  /** Connections that are open: each of them gets the event. */
  readonly connections: number;
  readonly runs: number;
  readonly steps: readonly ({ readonly step: string } & Percentiles)[];
}

/** The percentiles of the whole and of each step by itself: those of the steps need not add up to those of the whole. */
export function resultOf(
  measurement: Measurement,
  connections: number,
  timings: readonly Timing[],
): LatencyResult {
  return {
    ...{ measurement, connections, runs: timings.length },
    ...percentilesOf(timings.map(({ total }) => total)),
    steps: stepNames[measurement].map((step, index) => ({
      step,
      ...percentilesOf(timings.map(({ steps }) => steps[index] ?? NaN)),
    })),
  };
}

function percentilesOf(numbers: readonly number[]): Percentiles {
  return { p50Milliseconds: percentileOf(numbers, 50), p99Milliseconds: percentileOf(numbers, 99) };
}

const titles: Readonly<Record<Measurement, string>> = {
  event: 'event to message',
  handshake: 'handshake to snapshot',
};

/** Formats the results as a Markdown table with a row for the whole and for each step. */
export function formatLatencyTable(results: readonly LatencyResult[]): string {
  return formatRows(
    ['measured', 'connections', 'step', 'p50 ms', 'p99 ms'],
    results.flatMap(({ measurement, connections, steps, ...whole }) =>
      [...steps, { step: 'all', ...whole }].map(({ step, p50Milliseconds, p99Milliseconds }) => [
        titles[measurement],
        connections.toLocaleString('en'),
        step,
        p50Milliseconds.toFixed(1),
        p99Milliseconds.toFixed(1),
      ]),
    ),
  );
}
