// Each setting's name, its check, and its environment variable.
import * as v from 'valibot';
import { maxHeartbeatSeconds, objectOf, parse, type Parsed } from '../../sdk/protocol';
import {
  text,
  wholeNumber,
  flag,
  source,
  principals,
  retentionDays,
  tags,
  isPlainUrl,
  secureUrl,
  origins,
  webPage,
  emailAddress,
} from './setting-schemas';

/** Every setting of the service by name. Those of a deployment come from `cdk.json` or `-c name=value`. */
const settings = {
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
  messagesPerMinute: wholeNumber(1, 100_000),
  messageBurst: wholeNumber(1, 100_000),
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
  retryQueueUrl: text('the URL of the queue of deliveries to go on with'),
  heartbeatQueueUrl: text('the URL of the queue of heartbeats to come'),
  rejectedEventsQueueUrl: text('the URL of the queue for rejected events'),
  eventBusName: text('the name of the event bus'),
} as const;

export type SettingName = keyof typeof settings;
type Setting<Name extends SettingName> = v.InferOutput<(typeof settings)[Name]>;

/** The environment variable that carries a setting, e.g. `heartbeatSeconds` → `HEARTBEAT_SECONDS`. */
export function variableOf(name: SettingName): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
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
