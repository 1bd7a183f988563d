// Computes medians of runs, and formats results as Markdown tables.
import type { VariantName } from './variants/variant';

/** The result that `--json` prints for each variant and number of connections. */
export interface Result {
  readonly variant: VariantName;
  readonly connections: number;
  /** User and system time of the posting process. */
  readonly cpuMicrosPerPost: number;
  readonly postsPerSecond: number;
  readonly peakRssMb: number;
}

/** The output of one of the commands. */
export interface Measured {
  /** For `--json`. */
  readonly results: readonly object[];
  readonly table: string;
  /** A description of the measurement, without a final period. */
  readonly note: string;
}

/** The median of each number, over runs of the same variant and number of connections. */
export function medianOf(runs: readonly [Result, ...Result[]]): Result {
  const [{ variant, connections }] = runs;
  const of = (number: (run: Result) => number) => medianNumber(runs.map(number));
  return {
    variant,
    connections,
    cpuMicrosPerPost: round(
      of((run) => run.cpuMicrosPerPost),
      1,
    ),
    postsPerSecond: round(
      of((run) => run.postsPerSecond),
      0,
    ),
    peakRssMb: round(
      of((run) => run.peakRssMb),
      1,
    ),
  };
}

export function medianNumber(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const [low = NaN, high = NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}

function round(number: number, digits: number): number {
  return Number(number.toFixed(digits));
}

/** Formats the results as a Markdown table. The last column compares CPU time with `fast` at the same number of connections. */
export function formatTable(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const ours = results.find(
      ({ variant, connections }) => variant === 'fast' && connections === result.connections,
    );
    return [
      result.variant,
      result.connections.toLocaleString('en'),
      result.cpuMicrosPerPost.toFixed(0),
      result.postsPerSecond.toLocaleString('en'),
      result.peakRssMb.toFixed(0),
      ours === undefined ? '' : (result.cpuMicrosPerPost / ours.cpuMicrosPerPost).toFixed(2),
    ];
  });
  return formatRows(head, rows);
}

/** Formats a Markdown table. The first column is left-aligned, the others are right-aligned. */
export function formatRows(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => pad(cell, column, widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => `${'-'.repeat(width + 1)}${column === 0 ? '-' : ':'}`).join('|')}|`;
  return [line(titles), rule, ...rows.map(line)].join('\n');
}

const head = ['variant', 'connections', 'CPU µs a post', 'posts a second', 'peak RSS MB', '× fast'];

function pad(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
