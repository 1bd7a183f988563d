// Evaluates CloudFormation's intrinsic functions.
import { noValue } from './pseudo-parameters';
import { TemplateError, type Place } from './template';

/** Looks up the names that a template refers to. */
export interface Scope {
  /** @throws {TemplateError} if no parameter or resource has this name */
  ref(name: string, place: Place): unknown;
  /** @throws {TemplateError} if the resource or the attribute does not exist */
  attribute(logicalId: string, attribute: string, place: Place): string;
  /** @throws {TemplateError} if the condition does not exist */
  condition(name: string, place: Place): boolean;
}

/**
 * Replaces every intrinsic function in `value` by its result. List items and properties with `AWS::NoValue` are omitted.
 * @throws {TemplateError} if a function is not supported or its arguments are invalid; the message names the function
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
export function resolve(value: unknown, scope: Scope, place: Place): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope, place)).filter((item) => item !== noValue);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && isIntrinsic(only[0])) {
    return call(only[0], only[1], scope, place);
  }
  return Object.fromEntries(
    entries
      .map(([key, item]) => [key, resolve(item, scope, place)] as const)
      .filter(([, item]) => item !== noValue),
  );
}

// `Condition` is not included: it is an intrinsic function in conditions only, and a property in policy statements.
const isIntrinsic = (key: string) => key === 'Ref' || key.startsWith('Fn::');

function call(name: string, given: unknown, scope: Scope, place: Place): unknown {
  const fail = (expected: string) => new TemplateError(place, `${name} must have ${expected}`);
  const plain = (value: unknown) => resolve(value, scope, place);
  const list = (value: unknown, expected: string): unknown[] => {
    const items = plain(value);
    if (!Array.isArray(items)) throw fail(expected);
    return items as unknown[];
  };
  const text = (value: unknown, expected: string): string => {
    const string = plain(value);
    if (typeof string !== 'string' && typeof string !== 'number') throw fail(expected);
    return String(string);
  };
  switch (name) {
    case 'Ref':
      return scope.ref(text(given, 'a name'), place);
    case 'Fn::GetAtt': {
      const path = typeof given === 'string' ? splitOnce(given, '.') : list(given, 'two names');
      const expected = 'a logical id and an attribute';
      return scope.attribute(text(path[0], expected), text(path[1], expected), place);
    }
    case 'Fn::Join': {
      const expected = 'a delimiter and a list of strings';
      const [delimiter, parts] = arguments2(given, expected, fail);
      const strings = list(parts, expected).map((part) => text(part, expected));
      return strings.join(text(delimiter, expected));
    }
    case 'Fn::Split': {
      const expected = 'a delimiter and a string';
      const [delimiter, source] = arguments2(given, expected, fail);
      return text(source, expected).split(text(delimiter, expected));
    }
    case 'Fn::Select': {
      const expected = 'an index within the list, and a list';
      const [index, items] = arguments2(given, expected, fail);
      const selected = list(items, expected)[Number(text(index, expected))];
      if (selected === undefined) throw fail(expected);
      return selected;
    }
    case 'Fn::Sub':
      return substitute(given, scope, place, fail);
    case 'Fn::If': {
      if (!Array.isArray(given) || given.length !== 3) throw fail('a condition and two values');
      const [condition, yes, no] = given as unknown[];
      return plain(scope.condition(text(condition, 'the name of a condition'), place) ? yes : no);
    }
    default:
      throw new TemplateError(place, `the intrinsic function ${name} is not known to it`);
  }
}

type Fail = (expected: string) => TemplateError;

function arguments2(given: unknown, expected: string, fail: Fail): [unknown, unknown] {
  if (!Array.isArray(given) || given.length !== 2) throw fail(expected);
  return given as [unknown, unknown];
}

/** `Fn::Sub`: replaces `${Name}` and `${LogicalId.Attribute}` by their values, and `${!Literal}` by `${Literal}`. */
function substitute(given: unknown, scope: Scope, place: Place, fail: Fail): string {
  const [pattern, variables] = (
    Array.isArray(given) ? arguments2(given, 'a string and variables', fail) : [given, {}]
  ) as [unknown, Record<string, unknown>];
  if (typeof pattern !== 'string') throw fail('a string, alone or with variables');
  return pattern.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const variable = variables[name];
    if (variable !== undefined) return String(resolve(variable, scope, place));
    if (!name.includes('.')) return String(scope.ref(name, place));
    const [logicalId, attribute] = splitOnce(name, '.');
    return scope.attribute(logicalId, attribute, place);
  });
}

function splitOnce(text: string, delimiter: string): [string, string] {
  const at = text.indexOf(delimiter);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + delimiter.length)];
}
