// The schemas of settings. The message of each states the expected value.
import * as v from 'valibot';
import { isPattern } from '../../sdk/protocol';

/** A text that is not empty. */
export const text = (what: string) => {
  const problem = `must be ${what}`;
  return v.pipe(v.string(problem), v.trim(), v.nonEmpty(problem));
};

/** A whole number, as a number or in digits. */
export const wholeNumber = (minimum: number, maximum: number) => {
  const problem = `must be a whole number from ${minimum} to ${maximum}`;
  return v.pipe(
    v.union([v.pipe(v.string(), v.regex(/^\d{1,9}$/, problem)), v.number()], problem),
    v.transform(Number),
    v.integer(problem),
    v.minValue(minimum, problem),
    v.maxValue(maximum, problem),
  );
};

/**
 * A list of texts, or one text with commas between them. The environment of a function has it as JSON text.
 * @param maximum the maximum number of texts
 */
export const textList = (what: string, maximum: number) => {
  const problem = `must be ${what}, separated by commas or in a list of at most ${maximum}`;
  return v.pipe(
    v.union([v.pipe(v.string(), v.transform(splitList)), v.array(v.unknown())], problem),
    v.custom<string[]>(
      (texts) => (texts as unknown[]).every((each) => typeof each === 'string'),
      problem,
    ),
    v.transform((texts) => [...new Set(texts.map((each) => each.trim()))]),
    v.minLength(1, problem),
    v.maxLength(maximum, problem),
    v.check((texts) => texts.every((each) => each !== ''), problem),
  );
};

function splitList(list: string): unknown[] {
  try {
    const value: unknown = JSON.parse(list);
    if (Array.isArray(value)) return value;
  } catch {
    // Not JSON: a list with commas.
  }
  return list.split(',');
}

/** A boolean, or `true` or `false` as text. */
export const flag = v.pipe(
  v.union([v.boolean(), v.picklist(['true', 'false'])], 'must be true or false'),
  v.transform((value) => value === true || value === 'true'),
);

const templateProblem = 'must be a pattern that contains {value} once, such as {value}/*';

/** A text that makes a pattern of every name that is put, escaped, into the place of `{value}`. */
export const scopeTemplate = v.pipe(
  text('a pattern that contains {value} once, such as {value}/*'),
  v.check((template) => template.split('{value}').length === 2, templateProblem),
  v.check((template) => isPattern(template.replace('{value}', 'name')), templateProblem),
);

/** The `source` of an event. */
export const source = v.pipe(
  text('an EventBridge source'),
  v.maxLength(256, 'must be at most 256 characters'),
  v.check((name) => !name.startsWith('aws.'), 'must not begin with aws., which AWS reserves'),
);

export const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

export const isPlainUrl = (value: string, schemes: readonly string[]) => {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return schemes.includes(protocol) && username === '' && password === '';
};

/** A URL for keys and tokens, which must be encrypted in transit: plain HTTP is accepted for loopback only. */
export const secureUrl = (what: string) =>
  v.pipe(
    text(what),
    v.check(
      (value) =>
        isPlainUrl(value, ['https:']) ||
        (isPlainUrl(value, ['http:']) && loopbackHosts.has(new URL(value).hostname)),
      `must be ${what}: an https URL without credentials`,
    ),
  );
