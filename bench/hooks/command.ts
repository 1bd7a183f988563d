// Parses the command line of `hooks`, and runs the measurement.
import { UsageError, type Arguments } from '#sdk/command/arguments';
import type { Output } from '#sdk/command/command';
import { mediansOf, parsePageOptions } from '../pages';
import { formatRows, type Measured } from '../results';
import { benchHooks, type HooksResult } from './hooks';
import type { HooksVariant } from './page';

export const hooksVariantNames: readonly HooksVariant[] = [
  ...(['useSessions', 'useAgents', 'filter', 'useEvents', 'useAgent'] as const),
  'listener',
];

/** @throws {UsageError} if an option is not valid */
export async function measureHooks(given: Arguments, { complain }: Output): Promise<Measured> {
  const options = parsePageOptions(given);
  const { eventsPerSecond, seconds, runs } = options;
  const named = given.texts('variant').map(parseVariant);
  const results = await benchHooks({
    ...options,
    variants: named.length > 0 ? named : hooksVariantNames,
    onRun: (run, { variant, rendersPerSecond, scriptShare }) => {
      const script = `${(scriptShare * 100).toFixed(1)} % of a core`;
      complain(
        `run ${run} of ${runs}, ${variant}: ${rendersPerSecond.toFixed(0)} renders/s, ${script}`,
      );
    },
  });
  const medians = mediansOf(results, [
    ...(['rendersPerSecond', 'framesPerSecond', 'scriptShare'] as const),
  ]);
  const note = `Medians of ${runs} runs of ${seconds} s, ${eventsPerSecond} events a second`;
  return { results: medians, table: formatHooksTable(medians), note };
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
