// Declares the settings that functions read: each with its schema, default, documentation and readers. Those that no
// function reads are in infra/config/deployment-settings.ts.
import * as v from 'valibot';
import { maxHeartbeatSeconds, objectOf, parse, type Parsed } from '../../sdk/protocol';
import { fanOutFunctions, verifyingFunctions, type SettingDefinition } from './setting';
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
    documentation:
      'Name of the stack, its resources and the stage of the API; an account can have several.',
    readBy: 'every function',
  },
  issuer: {
    schema: secureUrl("the token issuer's URL"),
    documentation:
      'URL of the OpenID Connect issuer whose tokens open connections; needs `audience`.',
    readBy: verifyingFunctions,
  },
  audience: {
    schema: text('the audience that tokens are issued for'),
    documentation: 'Audience of those tokens.',
    readBy: verifyingFunctions,
  },
  jwksUri: {
    schema: secureUrl("the URL of the issuer's JSON Web Key Set"),
    documentation: "URL of that issuer's JSON Web Key Set; if not set, it is discovered.",
    readBy: verifyingFunctions,
  },
  userPoolId: {
    schema: v.pipe(
      text('a Cognito user pool id'),
      v.regex(/^[a-z]+(-[a-z]+)+-\d+_[A-Za-z0-9]+$/, 'must look like eu-central-1_AbCdEf123'),
    ),
    documentation: 'Instead of `issuer`: a Cognito user pool; needs `userPoolClientId`.',
    readBy: verifyingFunctions,
  },
  userPoolClientId: {
    schema: text('a Cognito app client id'),
    documentation: 'App client of that user pool.',
    readBy: verifyingFunctions,
  },
  maxTokenHours: {
    schema: wholeNumber(1, 24 * 365),
    documentation:
      'Hours after its `iat` at which a token expires, even if its `exp` is later. If not set, only `exp` counts.',
    readBy: [...verifyingFunctions, 'disconnect-user'],
  },
  scopeClaim: {
    schema: text('the name of a claim'),
    documentation:
      "Name of the token's claim that lists the agents its user may see. If not set, every user sees all agents.",
    readBy: [...verifyingFunctions, ...fanOutFunctions],
  },
  scopePattern: {
    schema: scopeTemplate,
    documentation:
      'Pattern that each value of that claim makes, such as `{value}/*`. If not set, the values are [patterns](security.md#who-sees-what) themselves.',
    readBy: verifyingFunctions,
  },
  reportAudience: {
    schema: textList('the audiences of tokens that may report events', 20),
    documentation:
      'With `reportScope`: audiences of the tokens that may report, or the ids of Cognito app clients, separated by commas. If not set, `audience` or `userPoolClientId`.',
    readBy: ['report'],
  },
  gatewayUrl: {
    schema: v.pipe(
      text('a URL'),
      v.check(
        (value) => isPlainUrl(value, ['https:', 'http:']),
        'must be an http or https URL without credentials: /health shows it',
      ),
    ),
    documentation: 'URL of the agent gateway whose state `/health` reports.',
    readBy: ['health'],
  },
  useMockData: {
    schema: flag,
    default: false,
    documentation: 'Whether to deploy mock agents, which report events continuously.',
    readBy: ['health'],
  },
  heartbeat: {
    schema: v.picklist(['always', 'when-idle'], 'must be always or when-idle'),
    default: 'always',
    documentation:
      '`always`: every connection gets every heartbeat. `when-idle`: a connection that has just been sent something else is skipped.',
    readBy: fanOutFunctions,
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
    documentation: `Seconds between two heartbeats: a divisor of 60, or a multiple of it up to ${maxHeartbeatSeconds}.`,
    readBy: [...fanOutFunctions, 'default'],
  },
  maxConnectionsPerUser: {
    schema: wholeNumber(1, 1000),
    default: 20,
    documentation: 'Maximum number of connections of one user; one more closes the oldest.',
    readBy: ['connect', 'default'],
  },
  eventSource: {
    schema: source,
    default: 'mission-control',
    documentation:
      '`source` of the events on the bus that are broadcast. They may be about any agent, unless `sources` binds it.',
    readBy: ['broadcast', 'report', 'mock-agents'],
  },
  sources: {
    schema: sources,
    documentation:
      'Further sources, each with the only agents that [its events may be about](reporting.md#who-may-report-what): `{"team-a": "team-a/*", "team-b": ["team-b/*", "shared"]}`, as an object or as JSON text.',
    readBy: ['broadcast', 'report'],
  },
  handshakesPerMinute: {
    schema: wholeNumber(1, 100_000),
    default: 30,
    documentation: 'Handshakes a minute that one user may make on average.',
    readBy: ['connect', 'default'],
  },
  handshakeBurst: {
    schema: wholeNumber(1, 100_000),
    default: 20,
    documentation: 'Handshakes that one user may make at once: at least `maxConnectionsPerUser`.',
    readBy: ['connect', 'default'],
  },
  messagesPerMinute: {
    schema: wholeNumber(1, 100_000),
    default: 60,
    documentation: 'Messages a minute that one connection may send on average.',
    readBy: ['default'],
  },
  messageBurst: {
    schema: wholeNumber(1, 100_000),
    default: 20,
    documentation: 'Messages that one connection may send at once.',
    readBy: ['default'],
  },
  floodFactor: {
    schema: wholeNumber(2, 1_000),
    default: 5,
    documentation:
      'A connection that sends this many times the allowed number of messages is closed.',
    readBy: ['default'],
  },
  syncsPerMinute: {
    schema: wholeNumber(1, 100_000),
    default: 6,
    documentation:
      '`state:sync` requests a minute that one user may make on average, over all connections.',
    readBy: ['default'],
  },
  agentDays: {
    schema: wholeNumber(1, 365),
    default: 7,
    documentation: "Days that an agent's status is kept after its last event.",
    readBy: ['broadcast', 'default'],
  },
  sessionHours: {
    schema: wholeNumber(1, 24 * 365),
    default: 24,
    documentation: "Hours that a session's activity is kept after its last event.",
    readBy: ['broadcast', 'default'],
  },
  timelineHours: {
    schema: wholeNumber(0, 24 * 365),
    default: 24,
    documentation:
      "Hours that each event of a session is kept in the session's [timeline](protocol.md#timelines). `0`: no timelines are kept.",
    readBy: ['broadcast', 'default'],
  },
  timelineEvents: {
    schema: wholeNumber(1, 10_000),
    default: 200,
    documentation:
      'Number of events after which the pages of a timeline end for a client that follows `next`. It limits what a client reads, not what it may read: `timelineHours` does.',
    readBy: ['default'],
  },
  snapshotAgents: {
    schema: wholeNumber(1, 100_000),
    default: 5_000,
    documentation:
      'Maximum number of agents in a snapshot: the newest. Also the maximum for each further event type without a `sessionId`.',
    readBy: ['default'],
  },
  snapshotSessions: {
    schema: wholeNumber(1, 100_000),
    default: 5_000,
    documentation:
      'Maximum number of sessions in a snapshot: the newest. Also the maximum for each further event type with a `sessionId`.',
    readBy: ['default'],
  },
  coalesceMilliseconds: {
    schema: wholeNumber(0, 10_000),
    default: 500,
    documentation:
      'Least time from the start of one flush to the start of the next; events reported in between are sent [together](settings.md#what-is-sent-together).',
    readBy: fanOutFunctions,
  },
  largeFanOutConnections: {
    schema: wholeNumber(1, 1_000_000),
    default: 10_000,
    documentation: 'Above this number of connections, each shard of a fan-out has its own worker.',
    readBy: fanOutFunctions,
  },
  maxPostsPerSecond: {
    schema: wholeNumber(10, 100_000),
    default: 8_000,
    documentation:
      "Maximum rate of posts of one fan-out; it starts with half a second's worth at once. All posts share the account's quota.",
    readBy: [...fanOutFunctions, 'default'],
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;

/** The names of resources, which the template puts into the environment of the functions that use them. */
const resourceSettings = {
  tableName: text('the name of the DynamoDB table'),
  callbackUrl: secureUrl("the stage's own @connections URL"),
  retryQueueUrl: text('the URL of the retry queue'),
  heartbeatQueueUrl: text('the URL of the queue of planned heartbeats'),
  deadLetterQueueUrl: text('the URL of the dead-letter queue'),
  eventBusName: text('the name of the event bus'),
} as const;

type ServiceSettingName = keyof typeof serviceSettings;
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
