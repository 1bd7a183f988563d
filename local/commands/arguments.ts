// The command line of the commands: options in, checked values out, or one sentence that says what was expected.
import { parseArgs } from 'node:util';

/** What is wrong with a command line, as a sentence for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}

/** `text` takes a value, `texts` one each time it is given, `flag` none. */
export type OptionKinds = Readonly<Record<string, 'text' | 'texts' | 'flag'>>;

export interface Arguments {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  /** @throws {UsageError} unless the option is absent, or a whole number in the range */
  wholeNumber(name: string, minimum: number, maximum: number): number | undefined;
}

/** @throws {UsageError} for an unknown option, a missing value, or one too many */
export function parseArguments(given: readonly string[], kinds: OptionKinds): Arguments {
  const options = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  // Not strict: strict parsing refuses `--expires-in -10`, and its messages do not fit ours.
  const { tokens } = parseArgs({
    args: [...given],
    options,
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const kind = Object.hasOwn(kinds, token.name) ? kinds[token.name] : undefined;
    const known = values.get(token.name) ?? [];
    checkOption(token, kind, known.length);
    values.set(token.name, [...known, token.value ?? '']);
  }
  return {
    positionals,
    flag: (name) => values.has(name),
    text: (name) => values.get(name)?.[0],
    texts: (name) => values.get(name) ?? [],
    wholeNumber(name, minimum, maximum) {
      const text = values.get(name)?.[0];
      if (text === undefined) return undefined;
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
      if (value >= minimum && value <= maximum) return value;
      throw new UsageError(`--${name} must be a whole number from ${minimum} to ${maximum}.`);
    },
  };
}

interface OptionToken {
  readonly rawName: string;
  readonly value: string | undefined;
  /** Whether the value was given with `=`. */
  readonly inlineValue: boolean | undefined;
}

function checkOption(
  { rawName, value = '', inlineValue = false }: OptionToken,
  kind: OptionKinds[string] | undefined,
  alreadyGiven: number,
): void {
  if (kind === undefined) {
    throw new UsageError(
      `Unknown option ${rawName}. Put -- before a text that begins with a dash.`,
    );
  }
  if (kind === 'flag' && inlineValue) throw new UsageError(`${rawName} takes no value.`);
  // After a space, only a negative number may begin like an option.
  const isOption = !inlineValue && /^-(?!\d)/.test(value);
  if (kind !== 'flag' && (value === '' || isOption)) {
    throw new UsageError(`${rawName} needs a value.`);
  }
  if (kind === 'text' && alreadyGiven > 0) throw new UsageError(`${rawName} is given twice.`);
}
