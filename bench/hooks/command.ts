// Parses the command line of `hooks`, and runs the measurement.
import { UsageError, type Arguments } from '#local/commands/arguments';
import type { Output } from '#local/commands/command';
import { formatRows, medianNumber, type Measured } from '../results';
import { benchHooks, type HooksResult } from './hooks';
import type { HooksVariant } from './page';

export const hooksVariantNames: readonly HooksVariant[] = [
  ...(['useSessions', 'useAgents', 'filter', 'useEvents', 'useAgent'] as const),
  'listener',
];

/** @throws {UsageError} if an option is not valid */
export async function measureHooks(given: Arguments, { complain }: Output): Promise<Measured> {
  const agents = given.wholeNumber('agents', 1, 100_000) ?? 2_000;
  const eventsPerSecond = given.wholeNumber('events-per-second', 1, 10_000) ?? 200;
  const seconds = given.wholeNumber('seconds', 1, 3_600) ?? 10;
  const runs = given.wholeNumber('runs', 1, 100) ?? 3;
  const named = given.texts('variant').map(parseVariant);
  const variants = named.length > 0 ? named : hooksVariantNames;
  const results = await benchHooks({
    ...{ variants, agents, eventsPerSecond, seconds, runs },
    onRun: (run, { variant, rendersPerSecond, scriptShare }) => {
      const script = `${(scriptShare * 100).toFixed(1)} % of a core`;
      complain(
        `run ${run} of ${runs}, ${variant}: ${rendersPerSecond.toFixed(0)} renders/s, ${script}`,
      );
    },
  });
  const medians = variants.map((variant) =>
    medianOf(results.filter((result) => result.variant === variant)),
  );
  const note = `Medians of ${runs} runs of ${seconds} s, ${eventsPerSecond} events a second`;
  return { results: medians, table: formatHooksTable(medians), note };
}

/** The median of each number over runs of the same variant. */
function medianOf(runs: readonly HooksResult[]): HooksResult {
  const [first] = runs;
  if (first === undefined) throw new Error('There must be a run.');
  const of = (number: (run: HooksResult) => number) => medianNumber(runs.map(number));
  return {
    ...first,
    rendersPerSecond: of((run) => run.rendersPerSecond),
    framesPerSecond: of((run) => run.framesPerSecond),
    scriptShare: of((run) => run.scriptShare),
  };
}

/** Formats the results as a Markdown table. The last column compares the script time with that of `useSessions`. */
export function formatHooksTable(results: readonly HooksResult[]): string {
  const ours = results.find(({ variant }) => variant === 'useSessions');
  return formatRows(
    [
      'variant',
      'sessions',
      'renders a second',
      'frames a second',
      'script, % of a core',
      '× useSessions',
    ],
    results.map(({ variant, agents, rendersPerSecond, framesPerSecond, scriptShare }) => [
      variant,
      agents.toLocaleString('en'),
      rendersPerSecond.toFixed(0),
      framesPerSecond.toFixed(0),
      (scriptShare * 100).toFixed(1),
      ours === undefined ? '' : (scriptShare / ours.scriptShare).toFixed(2),
    ]),
  );
}

function parseVariant(name: string): HooksVariant {
  const variant = hooksVariantNames.find((known) => known === name);
  if (variant !== undefined) return variant;
  throw new UsageError(`--variant of hooks must be one of ${hooksVariantNames.join(', ')}.`);
}
