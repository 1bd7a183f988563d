// Compiles EventBridge's event patterns, which determine the events that a rule matches.

export type Matcher = (event: unknown) => boolean;

/** A pattern is malformed or uses what the local stack does not support. `path` is the path of the field. */
export class PatternError extends Error {
  readonly code = 'PATTERN_NOT_SUPPORTED';

  constructor(path: readonly string[], problem: string) {
    super(`EventPattern ${path.join('.')} ${problem}`);
    this.name = 'PatternError';
  }
}

/** Tests one value of an event, which is neither an object nor a list. */
type ValueTest = (value: unknown) => boolean;

/** The condition of a pattern on one field. */
interface FieldTest {
  /** The field's path: the names from the top level down, joined by dots. */
  readonly name: string;
  readonly isWanted: ValueTest;
  /** Whether an event without the field matches, too. */
  readonly mayBeAbsent: boolean;
}

/** The list elements that contain a value: by the number of a list in the event, the index of the element in it. */
type Places = ReadonlyMap<number, number>;

interface Field {
  readonly value: unknown;
  readonly places: Places;
}

const supported =
  'values, prefix, suffix, equals-ignore-case, anything-but, numeric and exists are known';

/**
 * Compiles a pattern. An event matches when each field that the pattern names has one of the values that it lists.
 * A field within lists has the values of all their elements, at any depth. The values that match must not be in
 * different elements of the same list.
 * @throws {PatternError} for an unsupported operator or a malformed pattern
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * @see https://github.com/aws/event-ruler#json-array-matching
 */
export function compilePattern(pattern: unknown): Matcher {
  // event-ruler tests fields in this order. If some fields are absent, the result depends on it.
  const tests = fieldTestsOf(pattern, []).sort((a, b) => (a.name < b.name ? -1 : 1));
  return (event) => {
    const fields = fieldsOf(event);
    const match = (at: number, places: Places): boolean => {
      const test = tests[at];
      if (test === undefined) return true;
      const found = (fields.get(test.name) ?? []).flatMap(({ value, places: own }) => {
        const together = join(places, own);
        return together === undefined ? [] : [{ value, together }];
      });
      if (found.length === 0) return test.mayBeAbsent && match(at + 1, places);
      return found.some(({ value, together }) => test.isWanted(value) && match(at + 1, together));
    };
    return match(0, new Map());
  };
}

function fieldTestsOf(pattern: unknown, path: readonly string[]): FieldTest[] {
  if (Array.isArray(pattern)) return [compileField(pattern as unknown[], path)];
  if (!isObject(pattern)) throw new PatternError(path, 'must be an object or a list');
  return Object.entries(pattern).flatMap(([name, inner]) => {
    if (name.startsWith('$')) throw new PatternError(path, `uses ${name}; only ${supported}`);
    return fieldTestsOf(inner, [...path, name]);
  });
}

/** All values of an event by the path of their field. */
function fieldsOf(event: unknown): ReadonlyMap<string, readonly Field[]> {
  const fields = new Map<string, Field[]>();
  let lists = 0;
  const walk = (value: unknown, path: readonly string[], places: Places): void => {
    if (Array.isArray(value)) {
      const list = (lists += 1);
      value.forEach((element, index) => {
        walk(element, path, new Map([...places, [list, index]]));
      });
    } else if (isObject(value)) {
      for (const [name, inner] of Object.entries(value)) walk(inner, [...path, name], places);
    } else {
      const name = path.join('.');
      const found = fields.get(name);
      if (found === undefined) fields.set(name, [{ value, places }]);
      else found.push({ value, places });
    }
  };
  walk(event, [], new Map());
  return fields;
}

/** The union of two places; undefined when they are in different elements of the same list. */
function join(one: Places, other: Places): Places | undefined {
  for (const [list, index] of other) if ((one.get(list) ?? index) !== index) return undefined;
  return new Map([...one, ...other]);
}

function compileField(items: readonly unknown[], path: readonly string[]): FieldTest {
  if (items.length === 0) throw new PatternError(path, 'must list at least one value');
  const isAbsence = (item: unknown) => isObject(item) && item['exists'] === false;
  const tests = items.map((item) => compileItem(item, path));
  return {
    name: path.join('.'),
    isWanted: (value) => tests.some((test) => test(value)),
    mayBeAbsent: items.some(isAbsence),
  };
}

function compileItem(item: unknown, path: readonly string[]): ValueTest {
  if (!isObject(item)) return (value) => value === item;
  const entries = Object.entries(item);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    throw new PatternError(path, 'must have one operator in each object');
  }
  const [operator, operand] = entry;
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') throw new PatternError(path, 'exists: true or false');
      return () => operand;
    case 'anything-but':
      return compileAnythingBut(operand, path);
    case 'numeric':
      return compileNumeric(operand, path);
    default:
      return compileText(operator, operand, path);
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
  return (value) => !test(value);
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
