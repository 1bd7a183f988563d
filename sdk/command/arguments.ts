// Parses and checks the command lines of the commands.
import { parseArgs } from 'node:util';

/** The command line is not valid. The message is printed: one or more sentences. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}

/** The options of a command: `text` takes a value, `texts` a value each time it is given, `flag` none. */
export type OptionKinds = Readonly<Record<string, 'text' | 'texts' | 'flag'>>;

export interface Arguments {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  /** @throws {UsageError} when the option is given and is not a whole number from `minimum` to `maximum` */
  wholeNumber(name: string, minimum: number, maximum: number): number | undefined;
}

/**
 * @param given the arguments after the command's name
 * @throws {UsageError} for an unknown option, a missing value, a value of a flag, or an option that is given twice
 */
export function parseArguments(given: readonly string[], kinds: OptionKinds): Arguments {
  const options = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  // Strict parsing would refuse `--expires-in -10`, and its messages differ from those here.
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
  // After a space, a value may begin with a dash only if it is a negative number.
  const isOption = !inlineValue && /^-(?!\d)/.test(value);
  if (kind !== 'flag' && (value === '' || isOption)) {
    throw new UsageError(`${rawName} needs a value.`);
  }
  if (kind === 'text' && alreadyGiven > 0) throw new UsageError(`${rawName} is given twice.`);
}
