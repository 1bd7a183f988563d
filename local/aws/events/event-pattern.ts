// EventBridge's event patterns: which events a rule wants.

export type Matcher = (event: unknown) => boolean;

/** A pattern uses something that the local stack does not know; `path` says where. */
export class PatternError extends Error {
  readonly code = 'PATTERN_NOT_SUPPORTED';

  constructor(path: readonly string[], problem: string) {
    super(`EventPattern ${path.join('.')} ${problem}`);
    this.name = 'PatternError';
  }
}

type ValueTest = (value: unknown) => boolean;

const supported =
  'values, prefix, suffix, equals-ignore-case, anything-but, numeric and exists are known';

/**
 * Compiles a pattern. An event matches when each field that the pattern names has one of the values that
 * it lists; of an array in the event, any item may.
 * @throws {PatternError} for an operator that is not known
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function compilePattern(pattern: unknown, path: readonly string[] = []): Matcher {
  if (Array.isArray(pattern)) return compileField(pattern as unknown[], path);
  if (!isObject(pattern)) throw new PatternError(path, 'must be an object or a list');
  const fields = Object.entries(pattern).map(([name, inner]) => {
    if (name.startsWith('$')) throw new PatternError(path, `uses ${name}; only ${supported}`);
    return [name, compilePattern(inner, [...path, name])] as const;
  });
  return (event) =>
    fields.every(([name, matches]) => matches(isObject(event) ? event[name] : undefined));
}

function compileField(items: readonly unknown[], path: readonly string[]): Matcher {
  if (items.length === 0) throw new PatternError(path, 'must list at least one value');
  const tests = items.map((item) => compileItem(item, path));
  return (value) => tests.some((test) => test(value));
}

function compileItem(item: unknown, path: readonly string[]): ValueTest {
  if (!isObject(item)) return anyOf((value) => value === item);
  const entries = Object.entries(item);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    throw new PatternError(path, 'must have one operator in each object');
  }
  const [operator, operand] = entry;
  switch (operator) {
    case 'exists': {
      if (typeof operand !== 'boolean') throw new PatternError(path, 'exists: true or false');
      // It is about leaves: an object in the event's place does not exist for it.
      return (value) => (value !== undefined && !isObject(value)) === operand;
    }
    case 'anything-but':
      return compileAnythingBut(operand, path);
    case 'numeric':
      return anyOf(compileNumeric(operand, path));
    default:
      return anyOf(compileText(operator, operand, path));
  }
}

function compileText(operator: string, operand: unknown, path: readonly string[]): ValueTest {
  if (typeof operand !== 'string') {
    throw new PatternError(path, `uses ${operator} without a string; only ${supported}`);
  }
  const text = (test: (value: string) => boolean) => (value: unknown) =>
    typeof value === 'string' && test(value);
  switch (operator) {
    case 'prefix':
      return text((value) => value.startsWith(operand));
    case 'suffix':
      return text((value) => value.endsWith(operand));
    case 'equals-ignore-case':
      return text((value) => value.toLowerCase() === operand.toLowerCase());
    default:
      throw new PatternError(path, `uses ${operator}; only ${supported}`);
  }
}

function compileAnythingBut(operand: unknown, path: readonly string[]): ValueTest {
  const test = Array.isArray(operand)
    ? (value: unknown) => operand.includes(value)
    : isObject(operand)
      ? compileItem(operand, path)
      : (value: unknown) => value === operand;
  return (value) => anyOf((each) => each !== undefined && !test(each))(value);
}

type Comparison = (value: number, limit: number) => boolean;

const comparisons: Readonly<Record<string, Comparison>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

function compileNumeric(operand: unknown, path: readonly string[]): ValueTest {
  const parts: readonly unknown[] = Array.isArray(operand) ? operand : [];
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const comparison = comparisons[String(parts[at])];
    const limit = parts[at + 1];
    if (comparison === undefined || typeof limit !== 'number') {
      throw new PatternError(path, 'numeric must be pairs of =, <, <=, > or >= and a number');
    }
    tests.push((value) => comparison(value, limit));
  }
  if (tests.length === 0) throw new PatternError(path, 'numeric must have a comparison');
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function anyOf(test: ValueTest): ValueTest {
  return (value) => (Array.isArray(value) ? value.some(test) : test(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
