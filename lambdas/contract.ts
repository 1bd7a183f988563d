// What infra and the functions agree on: each setting's name, its check, and its environment variable.
import * as v from 'valibot';
import { maxHeartbeatSeconds, objectOf, parse, type Parsed } from '../sdk/protocol';

/** Attributes of the table that infra has to know. */
export const attributes = { partitionKey: 'pk', sortKey: 'sk', expiresAt: 'expiresAt' } as const;

/**
 * What the table holds, by what the partition keys of its items begin with: a function may touch the kinds of items
 * that its job takes, and no other. A key that ends in `#` goes on with a shard or an id.
 */
export const itemKinds = {
  connections: 'connections#',
  connectionCounts: 'census',
  reach: 'reach',
  heartbeats: 'heartbeat',
  state: 'state#',
  rateLimits: 'rate#',
  lease: 'lease',
  pending: 'pending#',
} as const;

export type ItemKind = keyof typeof itemKinds;

/** The namespace of all metrics of the functions. */
export const metricNamespace = 'MissionControl';

/** The dimension by which stages in one account are told apart; `service` says whose metric it is. */
export const stageDimension = 'stage';

/**
 * The functions' metrics by `service`. Those of `fan-out` have the dimension `frames` as well, so that broadcast and
 * those that go on with it add up, and heartbeats do not.
 */
export const metrics = {
  'fan-out': [
    'Delivered',
    'Gone',
    'Failed',
    'Spared',
    'Retried',
    'Requeued',
    'Closed',
    'RequeuedShards',
    'LostShards',
    'Superseded',
    'FanOutTime',
    'PostsPerSecond',
    'EventToLastDelivery',
  ],
  census: ['Connections', 'Users'],
  // With the dimension `reason`, too.
  authorizer: ['HandshakesRefused', 'KeysUnavailable'],
  broadcast: ['OutdatedEvents', 'RejectedEvents', 'StateFailures'],
  connect: ['HandshakesLimited'],
  default: ['FramesLimited', 'SnapshotsFailed'],
  'disconnect-user': ['RejectedEvents'],
} as const;

/** What tells the lines that CloudWatch counts from all others: the value of `message.service`. */
export const metricSource = { refusedHandshakes: 'authorizer' } as const satisfies Readonly<
  Record<string, keyof typeof metrics>
>;

export type MetricService = keyof typeof metrics;
export type MetricName<Service extends MetricService = MetricService> =
  (typeof metrics)[Service][number];

/** What is told apart of the frames: events are news, heartbeats are not. */
export type Frames = 'events' | 'heartbeats';

const text = (what: string) => {
  const problem = `must be ${what}`;
  return v.pipe(v.string(problem), v.trim(), v.nonEmpty(problem));
};

const wholeNumber = (minimum: number, maximum: number) => {
  const problem = `must be a whole number from ${minimum} to ${maximum}`;
  return v.pipe(
    v.union([v.pipe(v.string(), v.regex(/^\d{1,9}$/, problem)), v.number()], problem),
    v.transform(Number),
    v.integer(problem),
    v.minValue(minimum, problem),
    v.maxValue(maximum, problem),
  );
};

const flag = v.pipe(
  v.union([v.boolean(), v.picklist(['true', 'false'])], 'must be true or false'),
  v.transform((value) => value === true || value === 'true'),
);

const source = v.pipe(
  text('an EventBridge source'),
  v.maxLength(256, 'must be at most 256 characters'),
  v.check((name) => !name.startsWith('aws.'), 'must not begin with aws., which AWS reserves'),
);

const principalArns = 'the ARNs of IAM roles and users';

/**
 * Users and roles, as `aws:PrincipalArn` names them; of a session that is its role, with the role's path.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
 */
const principals = v.pipe(
  v.union(
    // A name may have a comma in it.
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
  // The policy of an event bus has 10 KB at the most.
  v.maxLength(20, `must be at most 20 of ${principalArns}: * in the name stands for several`),
  v.check(
    (arns) =>
      arns.every((arn) =>
        /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@*?/-]{1,512}$/.test(arn),
      ),
    `must be ${principalArns} such as arn:aws:iam::123456789012:role/backend; * and ? in the name stand for any text`,
  ),
);

/** What CloudWatch accepts: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];

const tagsProblem = 'must be tags: name=value,name=value or an object of text by name';

/** An array would be a record of its indexes. */
const notArray = v.custom<object>((value) => !Array.isArray(value));

/** Tags as AWS takes them: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const tags = v.pipe(
  v.union(
    [v.pipe(v.string(), v.transform(tagsOf)), v.pipe(notArray, v.record(v.string(), v.string()))],
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

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html, and CloudFormation takes no empty value */
function isTagText(text: string, longest: number): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u.test(text) && text.length <= longest;
}

/** The only way in which a command line can write them. */
function tagsOf(list: string): Record<string, string> {
  return Object.fromEntries(
    list.split(',').map((tag) => {
      const [name = '', ...value] = tag.split('=');
      return [name.trim(), value.join('=').trim()];
    }),
  );
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

const isPlainUrl = (value: string, schemes: readonly string[]) => {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return schemes.includes(protocol) && username === '' && password === '';
};

/** Keys and tokens must not travel in the clear: plain HTTP is for this machine only. */
const secureUrl = (what: string) =>
  v.pipe(
    text(what),
    v.check(
      (value) =>
        isPlainUrl(value, ['https:']) ||
        (isPlainUrl(value, ['http:']) && loopbackHosts.has(new URL(value).hostname)),
      `must be ${what}: an https URL without credentials`,
    ),
  );

const originProblem =
  'must be origins such as https://app.example.com, separated by commas or in a list: a scheme and a host, ' +
  'perhaps a port, and nothing after them; http is for this machine only';

/** Whether a browser would send this text as `Origin`; of a host that CloudFormation fills in, only CDK's token is known. */
const isOrigin = (value: string) =>
  /^https:\/\/\$\{Token\[[\w.]+\]\}$/.test(value) ||
  (URL.canParse(value) &&
    new URL(value).origin === value &&
    !value.includes('*') &&
    (value.startsWith('https:') ||
      (value.startsWith('http:') && loopbackHosts.has(new URL(value).hostname))));

const origins = v.pipe(
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
const emailAddress = 'an e-mail address such as on-call@example.com';

/** Every setting of the service by name. Those of a deployment come from `cdk.json` or `-c name=value`. */
export const settings = {
  stage: v.pipe(
    text('a name'),
    v.regex(/^[a-z][a-z0-9-]{0,19}$/, 'must be 1 to 20 of a-z, 0-9 and -, beginning with a letter'),
  ),
  issuer: secureUrl("the token issuer's URL"),
  audience: text('the audience that tokens are issued for'),
  jwksUri: secureUrl("the URL of the issuer's JSON Web Key Set"),
  userPoolId: v.pipe(
    text('a Cognito user pool id'),
    v.regex(/^[a-z]+(-[a-z]+)+-\d+_[A-Za-z0-9]+$/, 'must look like eu-central-1_AbCdEf123'),
  ),
  userPoolClientId: text('a Cognito app client id'),
  auth: v.picklist(
    ['cognito-new'],
    'must be cognito-new, which creates a Cognito user pool, or not set',
  ),
  maxTokenHours: wholeNumber(1, 24 * 365),
  dataRemoval: v.picklist(['retain', 'destroy'], 'must be retain or destroy'),
  logRetentionDays: v.pipe(
    wholeNumber(1, 3653),
    v.check(
      (days) => retentionDays.includes(days),
      `must be one of ${retentionDays.join(', ')}: CloudWatch knows no other`,
    ),
  ),
  tags,
  gatewayUrl: v.pipe(
    text('a URL'),
    v.check(
      (value) => isPlainUrl(value, ['https:', 'http:']),
      'must be an http or https URL without credentials: /health shows it',
    ),
  ),
  allowedOrigins: origins,
  runbookUrl: v.pipe(
    text('where the runbook is'),
    v.check((value) => !URL.canParse(value) || isPlainUrl(value, ['https:', 'http:']), webPage),
    v.check((value) => !/[\s#]/.test(value), webPage),
  ),
  alarmEmail: v.pipe(text(emailAddress), v.maxLength(254), v.email(`must be ${emailAddress}`)),
  useMockData: flag,
  heartbeat: v.picklist(['always', 'when-idle'], 'must be always or when-idle'),
  heartbeatSeconds: v.pipe(
    wholeNumber(1, maxHeartbeatSeconds),
    v.check(
      (seconds) => 60 % seconds === 0 || seconds % 60 === 0,
      'must be a divisor or a multiple of 60',
    ),
  ),
  maxConnectionsPerUser: wholeNumber(1, 1000),
  handshakesPerMinute: wholeNumber(1, 100_000),
  handshakeBurst: wholeNumber(1, 100_000),
  handshakesPerSecond: wholeNumber(1, 10_000),
  framesPerMinute: wholeNumber(1, 100_000),
  frameBurst: wholeNumber(1, 100_000),
  floodFactor: wholeNumber(2, 1_000),
  syncsPerMinute: wholeNumber(1, 100_000),
  agentDays: wholeNumber(1, 365),
  sessionHours: wholeNumber(1, 24 * 365),
  snapshotAgents: wholeNumber(1, 100_000),
  snapshotSessions: wholeNumber(1, 100_000),
  eventSource: source,
  operatorSource: source,
  reporterArns: principals,
  operatorArns: principals,
  tableName: text('the name of the DynamoDB table'),
  callbackUrl: secureUrl("the stage's own @connections URL"),
  coalesceMilliseconds: wholeNumber(0, 10_000),
  largeFanOutConnections: wholeNumber(1, 1_000_000),
  maxPostsPerSecond: wholeNumber(10, 100_000),
  deliveriesQueueUrl: text('the URL of the queue of deliveries to go on with'),
  heartbeatQueueUrl: text('the URL of the queue of heartbeats to come'),
  rejectedEventsQueueUrl: text('the URL of the queue for rejected events'),
  eventBusName: text('the name of the event bus'),
} as const;

export type SettingName = keyof typeof settings;
export type Setting<Name extends SettingName> = v.InferOutput<(typeof settings)[Name]>;

/** The environment variable that carries a setting, e.g. `heartbeatSeconds` → `HEARTBEAT_SECONDS`. */
export function variableOf(name: SettingName): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
}

/** Whose tokens open connections. */
export type IdentityProvider =
  | { readonly kind: 'oidc'; readonly issuer: string; audience: string; readonly jwksUri?: string }
  | { readonly kind: 'cognito'; readonly userPoolId: string; readonly userPoolClientId: string };

type IdentitySetting = 'issuer' | 'audience' | 'jwksUri' | 'userPoolId' | 'userPoolClientId';
type IdentitySettings = Partial<Record<IdentitySetting, string | undefined>>;

/** The identity provider that the settings name: an OIDC issuer or a Cognito user pool, never both. */
export function identityProviderOf(given: IdentitySettings): Parsed<IdentityProvider> {
  const { issuer, audience, jwksUri, userPoolId, userPoolClientId } = given;
  const oidc = issuer !== undefined || audience !== undefined || jwksUri !== undefined;
  const cognito = userPoolId !== undefined || userPoolClientId !== undefined;
  if (oidc && cognito) {
    return refuse('issuer', 'and userPoolId exclude each other: set one identity provider');
  }
  if (cognito) {
    if (userPoolId === undefined) return refuse('userPoolId', 'is missing');
    if (userPoolClientId === undefined) return refuse('userPoolClientId', 'is missing');
    return { ok: true, value: { kind: 'cognito', userPoolId, userPoolClientId } };
  }
  if (issuer === undefined) {
    return refuse(
      'issuer',
      'is missing: nobody could connect. Set issuer and audience of your OpenID Connect provider ' +
        '(-c issuer=https://… -c audience=…), or userPoolId and userPoolClientId of a Cognito user pool, ' +
        'or have a user pool created (-c auth=cognito-new)',
    );
  }
  if (audience === undefined) return refuse('audience', 'is missing');
  const value = { kind: 'oidc', issuer, audience, ...(jwksUri === undefined ? {} : { jwksUri }) };
  return { ok: true, value: value as IdentityProvider };
}

function refuse(path: string, problem: string): Parsed<never> {
  return { ok: false, faults: [{ path, problem }] };
}

type Settings<Required extends SettingName, Optional extends SettingName> = {
  [Name in Required]: Setting<Name>;
} & { [Name in Optional]?: Setting<Name> };

/** Checks `input`, keyed by setting name; what it does not name is dropped. */
export function parseSettings<Required extends SettingName, Optional extends SettingName = never>(
  input: unknown,
  required: readonly Required[],
  optional: readonly Optional[] = [],
): Parsed<Settings<Required, Optional>> {
  const entries = Object.fromEntries([
    ...required.map((name) => [name, settings[name]]),
    ...optional.map((name) => [name, v.optional(settings[name])]),
  ]) as v.ObjectEntries;
  return parse(objectOf(entries), input) as Parsed<Settings<Required, Optional>>;
}
