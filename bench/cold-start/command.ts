// Parses the command line of `cold-start`, and runs the measurement.
import { UsageError, type Arguments } from '#sdk/command/arguments';
import type { Output } from '#sdk/command/command';
import { formatRows, type Measured } from '../results';
import { benchColdStart, type ColdStartResult } from './cold-start';
import { functionNames } from './first-events';
import { commitBefore } from './versions';

/** @throws {UsageError} if an option is not valid */
export async function measureColdStart(given: Arguments, { complain }: Output): Promise<Measured> {
  const runs = given.wholeNumber('runs', 1, 1_000) ?? 30;
  const before = given.text('before') ?? commitBefore;
  const named = given.texts('variant').map(parseFunction);
  const results = await benchColdStart({
    functions: named.length > 0 ? named : functionNames,
    ...{ runs, before },
    onRun: (run) => {
      complain(`run ${run} of ${runs}`);
    },
  });
  const note = `Medians of ${runs} runs, each in a fresh process; before: ${before.slice(0, 7)}`;
  return { results, table: formatColdStartTable(results), note };
}

/** Formats the results as a Markdown table. The last column compares import and first call of `now` with `before`. */
export function formatColdStartTable(results: readonly ColdStartResult[]): string {
  return formatRows(
    ['function', 'version', 'kB', 'import, ms', 'first call, ms', 'CPU, ms', '× before'],
    results.map((result) => {
      const before = results.find(
        (each) => each.function === result.function && each.version === 'before',
      );
      return [
        result.function,
        result.version,
        result.kilobytes.toFixed(0),
        result.importMilliseconds.toFixed(1),
        result.firstCallMilliseconds.toFixed(1),
        result.cpuMilliseconds.toFixed(0),
        before === undefined ? '' : (elapsed(result) / elapsed(before)).toFixed(2),
      ];
    }),
  );
}

const elapsed = (result: ColdStartResult) =>
  result.importMilliseconds + result.firstCallMilliseconds;

function parseFunction(name: string): string {
  if (functionNames.includes(name)) return name;
  throw new UsageError(`--variant of cold-start must be one of ${functionNames.join(', ')}.`);
}
