// The schema of the setting `sources`: which agents the backends that report with a source may report.
import * as v from 'valibot';
import { filterOf, isPattern, parse, utf8Length } from '../../sdk/protocol';
import { source } from './setting-schemas';

/** The patterns of the agents that may be reported, by the `source` of their events. */
export type Sources = Readonly<Record<string, readonly string[]>>;

/** The setting as it is written: a single pattern needs no list. */
export type RequestedSources = Readonly<Record<string, string | readonly string[]>>;

/**
 * Maximum size of the setting as JSON text, in bytes of UTF-8. Two limits of AWS determine it: all variables in the
 * environment of a function have 4 KB together, and the pattern of the rule, which lists the sources, has 2,048 characters.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 */
export const maxSourcesBytes = 1_750;

const example = '{"team-a": "team-a/*", "team-b": ["team-b/*", "shared"]}';

/** The schema of `sources`: an object, or its JSON text. In the result, each source has a list of its patterns, without duplicates. */
export const sources = v.pipe(
  v.unknown(),
  v.rawTransform<unknown, Sources>(({ dataset, addIssue, NEVER }) => {
    const given = typeof dataset.value === 'string' ? fromJson(dataset.value) : dataset.value;
    const problems = problemsOf(given);
    if (problems.length === 0) {
      const value = normalize(given as RequestedSources);
      if (utf8Length(JSON.stringify(value)) <= maxSourcesBytes) return value;
      problems.push(`must be at most ${maxSourcesBytes} bytes as JSON text`);
    }
    for (const message of problems) addIssue({ message });
    return NEVER;
  }),
);

function normalize(given: RequestedSources): Sources {
  return Object.fromEntries(
    Object.entries(given).map(([name, bound]) => [name, filterOf([bound].flat()).patterns]),
  );
}

function problemsOf(given: unknown): string[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return [`must be patterns of agents by source, such as ${example}`];
  }
  // Not Valibot's record, which drops keys such as `constructor`: their sources would silently be unknown.
  return Object.entries(given).flatMap(([name, bound]) => [
    ...problemsOfName(name),
    ...(isBound(bound)
      ? []
      : [
          `must bind ${JSON.stringify(name)} to a pattern or a list of patterns: each an agent id, or a prefix that ends in *`,
        ]),
  ]);
}

function problemsOfName(name: string): string[] {
  const parsed = parse(source, name);
  const problems = parsed.ok ? [] : parsed.faults.map(({ problem }) => problem);
  if (parsed.ok && parsed.value !== name) problems.push('must not begin or end with a space');
  if (!isPrintable(name)) problems.push('must have no control characters');
  return problems.map((problem) => `must have sources as keys: ${JSON.stringify(name)} ${problem}`);
}

function isBound(bound: unknown): boolean {
  const patterns: readonly unknown[] = Array.isArray(bound) ? bound : [bound];
  return patterns.length > 0 && patterns.every((each) => isPattern(each) && isPrintable(each));
}

/** Whether a text can stand in the reason of a dead letter: SQS accepts no control characters. */
function isPrintable(text: string): boolean {
  return !/[\p{Control}\p{Surrogate}\uFFFE\uFFFF]/u.test(text);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
