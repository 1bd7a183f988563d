// Declares the settings that functions read: each with its schema and default. infra/config/service-settings.ts has the rest of each,
// which functions do not load. Settings that no function reads are in infra/config/deployment-settings.ts.
import * as v from 'valibot';
import { maxHeartbeatSeconds, objectOf, parse, type Parsed } from '../../sdk/protocol';
import type { SettingValue } from './setting';
import {
  flag,
  isPlainUrl,
  scopeTemplate,
  secureUrl,
  source,
  text,
  textList,
  wholeNumber,
} from './setting-schemas';
import { sources } from './sources';

/** The settings of a deployment that functions read. */
export const serviceSettings = {
  stage: {
    schema: v.pipe(
      text('a name'),
      v.regex(
        /^[a-z][a-z0-9-]{0,19}$/,
        'must be 1 to 20 of a-z, 0-9 and -, beginning with a letter',
      ),
    ),
    default: 'live',
  },
  issuer: { schema: secureUrl("the token issuer's URL") },
  audience: { schema: text('the audience that tokens are issued for') },
  jwksUri: { schema: secureUrl("the URL of the issuer's JSON Web Key Set") },
  userPoolId: {
    schema: v.pipe(
      text('a Cognito user pool id'),
      v.regex(/^[a-z]+(-[a-z]+)+-\d+_[A-Za-z0-9]+$/, 'must look like eu-central-1_AbCdEf123'),
    ),
  },
  userPoolClientId: { schema: text('a Cognito app client id') },
  maxTokenHours: { schema: wholeNumber(1, 24 * 365) },
  scopeClaim: { schema: text('the name of a claim') },
  scopePattern: { schema: scopeTemplate },
  reportAudience: { schema: textList('the audiences of tokens that may report events', 20) },
  gatewayUrl: {
    schema: v.pipe(
      text('a URL'),
      v.check(
        (value) => isPlainUrl(value, ['https:', 'http:']),
        'must be an http or https URL without credentials: /health shows it',
      ),
    ),
  },
  useMockData: { schema: flag, default: false },
  heartbeat: {
    schema: v.picklist(['always', 'when-idle'], 'must be always or when-idle'),
    default: 'always',
  },
  heartbeatSeconds: {
    schema: v.pipe(
      wholeNumber(1, maxHeartbeatSeconds),
      v.check(
        (seconds) => 60 % seconds === 0 || seconds % 60 === 0,
        'must be a divisor or a multiple of 60',
      ),
    ),
    default: 30,
  },
  maxConnectionsPerUser: { schema: wholeNumber(1, 1000), default: 20 },
  eventSource: { schema: source, default: 'mission-control' },
  sources: { schema: sources },
  handshakesPerMinute: { schema: wholeNumber(1, 100_000), default: 30 },
  handshakeBurst: { schema: wholeNumber(1, 100_000), default: 20 },
  messagesPerMinute: { schema: wholeNumber(1, 100_000), default: 60 },
  messageBurst: { schema: wholeNumber(1, 100_000), default: 20 },
  floodFactor: { schema: wholeNumber(2, 1_000), default: 5 },
  syncsPerMinute: { schema: wholeNumber(1, 100_000), default: 6 },
  agentDays: { schema: wholeNumber(1, 365), default: 7 },
  sessionHours: { schema: wholeNumber(1, 24 * 365), default: 24 },
  timelineHours: { schema: wholeNumber(0, 24 * 365), default: 24 },
  timelineEvents: { schema: wholeNumber(1, 10_000), default: 200 },
  snapshotAgents: { schema: wholeNumber(1, 100_000), default: 5_000 },
  snapshotSessions: { schema: wholeNumber(1, 100_000), default: 5_000 },
  coalesceMilliseconds: { schema: wholeNumber(0, 10_000), default: 500 },
  largeFanOutConnections: { schema: wholeNumber(1, 1_000_000), default: 10_000 },
  maxPostsPerSecond: { schema: wholeNumber(10, 100_000), default: 8_000 },
} as const satisfies Readonly<Record<string, SettingValue>>;

/** The names of resources, which the template puts into the environment of the functions that use them. */
const resourceSettings = {
  tableName: text('the name of the DynamoDB table'),
  callbackUrl: secureUrl("the stage's own @connections URL"),
  retryQueueUrl: text('the URL of the retry queue'),
  heartbeatQueueUrl: text('the URL of the queue of planned heartbeats'),
  deadLetterQueueUrl: text('the URL of the dead-letter queue'),
  eventBusName: text('the name of the event bus'),
} as const;

export type ServiceSettingName = keyof typeof serviceSettings;
export type ResourceSettingName = keyof typeof resourceSettings;
export type SettingName = ServiceSettingName | ResourceSettingName;

/** A parsed value. */
type Setting<Name extends SettingName> = v.InferOutput<
  Name extends ServiceSettingName
    ? (typeof serviceSettings)[Name]['schema']
    : Name extends ResourceSettingName
      ? (typeof resourceSettings)[Name]
      : never
>;

type Settings<Required extends SettingName, Optional extends SettingName> = {
  [Name in Required]: Setting<Name>;
} & { [Name in Optional]?: Setting<Name> };

/** Parses `input`, which is keyed by setting name. Settings that are neither required nor optional are dropped. */
export function parseSettings<Required extends SettingName, Optional extends SettingName = never>(
  input: unknown,
  required: readonly Required[],
  optional: readonly Optional[] = [],
): Parsed<Settings<Required, Optional>> {
  const entries = Object.fromEntries([
    ...required.map((name) => [name, schemaOf(name)]),
    ...optional.map((name) => [name, v.optional(schemaOf(name))]),
  ]) as v.ObjectEntries;
  return parse(objectOf(entries), input) as Parsed<Settings<Required, Optional>>;
}

function schemaOf(name: SettingName): v.GenericSchema {
  return name in serviceSettings
    ? serviceSettings[name as ServiceSettingName].schema
    : resourceSettings[name as ResourceSettingName];
}
