// The schemas of settings that only the template needs. Their error messages describe the expected value.
import * as v from 'valibot';
import type { FunctionName } from '../../lambdas/contract/setting';
import {
  isPlainUrl,
  loopbackHosts,
  text,
  wholeNumber,
} from '../../lambdas/contract/setting-schemas';

const principalArns = 'the ARNs of IAM roles and users';

/**
 * ARNs of users and roles as in `aws:PrincipalArn`. For a session, this is the ARN of its role, including the role's path.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
 */
export const principals = v.pipe(
  v.union(
    // Names can contain commas, so the list is split only before `arn:`.
    [
      v.pipe(
        v.string(),
        v.transform((list) => list.split(/,(?=\s*arn:)/)),
      ),
      v.array(v.string()),
    ],
    `must be ${principalArns}: ARN,ARN or a list`,
  ),
  v.transform((arns) => arns.map((arn) => arn.trim())),
  // The policy of an event bus is limited to 10 KB.
  v.maxLength(20, `must be at most 20 of ${principalArns}: * in the name stands for several`),
  v.check(
    (arns) =>
      arns.every((arn) =>
        /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@*?/-]{1,512}$/.test(arn),
      ),
    `must be ${principalArns} such as arn:aws:iam::123456789012:role/backend; * and ? in the name stand for any text`,
  ),
);

/** The values that CloudWatch accepts: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];

/** The retentions that a log group can have, in days. */
export const logRetention = v.pipe(
  wholeNumber(1, 3653),
  v.check(
    (days) => retentionDays.includes(days),
    `must be one of ${retentionDays.join(', ')}: CloudWatch knows no other`,
  ),
);

const tagsProblem = 'must be tags: name=value,name=value or an object of text by name';

/** Rejects arrays, which Valibot would accept as records. */
const notArray = v.custom<object>((value) => !Array.isArray(value));

/** Tags: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
export const tags = v.pipe(
  v.union(
    [v.pipe(v.string(), v.transform(pairsOf)), v.pipe(notArray, v.record(v.string(), v.string()))],
    tagsProblem,
  ),
  v.check(
    (given) =>
      Object.entries(given).every(([name, value]) => isTagName(name) && isTagText(value, 256)),
    'must have names of 1 to 128 and values of 1 to 256 letters, digits, spaces and _.:/=+-@, no name beginning with aws:',
  ),
);

function isTagName(text: string): boolean {
  return isTagText(text, 128) && !/^aws:/i.test(text);
}

/** CloudFormation does not accept empty values. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html */
function isTagText(text: string, longest: number): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u.test(text) && text.length <= longest;
}

/**
 * A whole number for each of some functions: `name=number,name=number`, or an object.
 * @param names the functions that may have one
 */
export const perFunction = <Name extends FunctionName>(
  names: readonly Name[],
  minimum: number,
  maximum: number,
) => {
  const problem =
    `must be name=number,name=number or an object, with names of ${names.join(', ')} and whole numbers from ` +
    `${minimum} to ${maximum}`;
  const known: ReadonlySet<string> = new Set(names);
  const isNumber = (value: unknown) => v.is(wholeNumber(minimum, maximum), value);
  return v.pipe(
    v.union(
      [
        v.pipe(v.string(), v.transform(pairsOf)),
        v.pipe(notArray, v.record(v.string(), v.unknown())),
      ],
      problem,
    ),
    v.check(
      (given) => Object.entries(given).every(([name, value]) => known.has(name) && isNumber(value)),
      problem,
    ),
    v.transform(
      (given) =>
        Object.fromEntries(
          Object.entries(given).map(([name, value]) => [name, Number(value)]),
        ) as Readonly<Partial<Record<Name, number>>>,
    ),
  );
};

/** Parses the form for the command line: `name=value,name=value`. */
function pairsOf(list: string): Record<string, string> {
  return Object.fromEntries(
    list.split(',').map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name.trim(), value.join('=').trim()];
    }),
  );
}

const originProblem =
  'must be origins such as https://app.example.com, separated by commas or in a list: a scheme and a host, ' +
  'perhaps a port, and nothing after them; http is for this machine only';

/** Whether a browser can send this value as `Origin`. If CloudFormation fills in the host, the value contains a CDK token. */
const isOrigin = (value: string) =>
  /^https:\/\/\$\{Token\[[\w.]+\]\}$/.test(value) ||
  (URL.canParse(value) &&
    new URL(value).origin === value &&
    !value.includes('*') &&
    (value.startsWith('https:') ||
      (value.startsWith('http:') && loopbackHosts.has(new URL(value).hostname))));

/** The origins whose pages may use the HTTP API, without duplicates. */
export const origins = v.pipe(
  v.union(
    [
      v.pipe(
        v.string(),
        v.transform((list) => list.split(',').map((origin) => origin.trim())),
      ),
      v.array(v.string()),
    ],
    originProblem,
  ),
  v.check((given) => given.every(isOrigin), originProblem),
  v.transform((given) => [...new Set(given)]),
);

const webPage = 'must be a path or an http or https URL without credentials, spaces and #';

/** The address of a page: a URL, or a path in the repository. */
export const page = v.pipe(
  text('where the runbook is'),
  v.check((value) => !URL.canParse(value) || isPlainUrl(value, ['https:', 'http:']), webPage),
  v.check((value) => !/[\s#]/.test(value), webPage),
);

const emailProblem = 'an e-mail address such as on-call@example.com';

/** One e-mail address. */
export const emailAddress = v.pipe(
  text(emailProblem),
  v.maxLength(254),
  v.email(`must be ${emailProblem}`),
);
