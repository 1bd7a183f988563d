// Computes the quantiles of a measurement, and formats the results.
import { quantileOf } from '../burst/arrivals';
import { formatRows } from '../results';
import { stepNames, type Measurement, type Timing } from './steps';

interface Quantiles {
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

/** The result that `--json` prints for each measurement and number of connections. */
export interface LatencyResult extends Quantiles {
  readonly measurement: Measurement;
  /** Connections that are open: each of them gets the event. */
  readonly connections: number;
  readonly runs: number;
  readonly steps: readonly ({ readonly step: string } & Quantiles)[];
}

/** The quantiles of the whole and of each step by itself: those of the steps need not add up to those of the whole. */
export function resultOf(
  measurement: Measurement,
  connections: number,
  timings: readonly Timing[],
): LatencyResult {
  return {
    ...{ measurement, connections, runs: timings.length },
    ...quantilesOf(timings.map(({ total }) => total)),
    steps: stepNames[measurement].map((step, index) => ({
      step,
      ...quantilesOf(timings.map(({ steps }) => steps[index] ?? NaN)),
    })),
  };
}

function quantilesOf(numbers: readonly number[]): Quantiles {
  const sorted = numbers.toSorted((one, other) => one - other);
  return { p50Milliseconds: quantileOf(sorted, 0.5), p99Milliseconds: quantileOf(sorted, 0.99) };
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
