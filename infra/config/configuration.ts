// What a deployment can set, in `cdk.json` or by `-c name=value`: checked whole before anything is built.
import {
  identityProviderOf,
  type IdentityProvider,
} from '../../lambdas/contract/identity-provider';
import { parseSettings, type SettingName } from '../../lambdas/contract/settings';
import { parseFrontDoor, type FrontDoorSettings } from './front-door-settings';

/** A checked deployment, whose identity provider exists. */
export interface Configuration {
  /** Names the stack, its resources and the stage of the WebSocket API. */
  readonly stage: string;
  readonly identityProvider: IdentityProvider;
  /** How long after its `iat` any token ends; without it, as long as its `exp` says. */
  readonly maxTokenHours?: number;
  /** The agent gateway that `/health` probes; without it there is none. */
  readonly gatewayUrl?: string;
  readonly useMockData: boolean;
  /** To everybody each time, or `when-idle`: not to those that have just been sent something else. */
  readonly heartbeat: 'always' | 'when-idle';
  /** Seconds between two heartbeats. */
  readonly heartbeatSeconds: number;
  readonly maxConnectionsPerUser: number;
  /** Handshakes of one user; `handshakeBurst` of them at once, at least `maxConnectionsPerUser`. */
  readonly handshakesPerMinute: number;
  readonly handshakeBurst: number;
  /** Handshakes of everybody together, with a good token or without; as many at once. */
  readonly handshakesPerSecond: number;
  /** Messages that one connection may send; `messageBurst` of them at once. */
  readonly messagesPerMinute: number;
  readonly messageBurst: number;
  /** So many times the messages that are allowed close the connection. */
  readonly floodFactor: number;
  /** Times that one user may ask for the state; as many at once as the user may have connections. */
  readonly syncsPerMinute: number;
  /** How long an agent's status is kept after its last event. */
  readonly agentDays: number;
  /** How long a session's activity is kept after its last event. */
  readonly sessionHours: number;
  /** Agents and sessions in a snapshot at the most. */
  readonly snapshotAgents: number;
  readonly snapshotSessions: number;
  /** The `source` of the events on the bus that are broadcast. */
  readonly eventSource: string;
  /** The `source` of the events on the bus by which operators disconnect users. */
  readonly operatorSource: string;
  /** Who alone may put events of `eventSource` on the bus, by ARN, with `*` and `?`; nobody named: whoever IAM allows. */
  readonly reporterArns: readonly string[];
  /** Who alone may put events of `operatorSource` on the bus, likewise. */
  readonly operatorArns: readonly string[];
  /**
   * From the beginning of a flush to that of the next: what is reported meanwhile goes out together. 0: the next one
   * begins as soon as the last one has ended.
   */
  readonly coalesceMilliseconds: number;
  /** Above so many connections a frame is sent by one worker per shard. */
  readonly largeFanOutConnections: number;
  /**
   * Posts a second of one fan-out at the most, whose workers share it; half a second's worth may begin at once. The
   * account's quota is shared by all.
   */
  readonly maxPostsPerSecond: number;
  /** What becomes of the table, and of a user pool of ours, when the stack goes. */
  readonly dataRemoval: 'retain' | 'destroy';
  /** Days that all logs are kept. */
  readonly logRetentionDays: number;
  /** Origins whose pages may ask `/health` and `/whoami`, beside the front door's own. */
  readonly allowedOrigins: readonly string[];
  /** Where the runbook is, which alarms name by their entry in it: a URL, or a path in the repository. */
  readonly runbookUrl: string;
  /** Who is told of alarms; without it they are only seen. */
  readonly alarmEmail?: string;
  /** Tags of the stack, and so of all its resources, beside `application` and `stage`. */
  readonly tags: Readonly<Record<string, string>>;
  /** One address for WebSocket, `/health` and the dashboard, by CloudFront; without it there is none. */
  readonly frontDoor?: FrontDoorSettings;
}

/** Asks for a Cognito user pool and its app client. */
interface NewUserPool {
  readonly kind: 'cognito-new';
}

/** A checked deployment, as it was asked for. */
export interface RequestedConfiguration extends Omit<Configuration, 'identityProvider'> {
  readonly identityProvider: IdentityProvider | NewUserPool;
}

const defaults = {
  stage: 'live',
  useMockData: false,
  heartbeat: 'always',
  heartbeatSeconds: 30,
  maxConnectionsPerUser: 20,
  handshakesPerMinute: 30,
  handshakeBurst: 20,
  handshakesPerSecond: 400,
  messagesPerMinute: 60,
  messageBurst: 20,
  floodFactor: 5,
  syncsPerMinute: 6,
  agentDays: 7,
  sessionHours: 24,
  snapshotAgents: 5_000,
  snapshotSessions: 5_000,
  eventSource: 'mission-control',
  operatorSource: 'mission-control.operator',
  reporterArns: [],
  operatorArns: [],
  coalesceMilliseconds: 500,
  largeFanOutConnections: 10_000,
  maxPostsPerSecond: 8_000,
  dataRemoval: 'retain',
  logRetentionDays: 30,
  allowedOrigins: [],
  runbookUrl: 'docs/runbook.md',
  tags: {},
} as const satisfies Partial<Configuration>;

/** What every deployment has: each has a default. */
const required = Object.keys(defaults) as readonly (keyof typeof defaults)[];

const identity = [
  'issuer',
  'audience',
  'jwksUri',
  'userPoolId',
  'userPoolClientId',
] as const satisfies readonly SettingName[];

const optional = [
  ...identity,
  'auth',
  'maxTokenHours',
  'gatewayUrl',
  'alarmEmail',
] as const satisfies readonly SettingName[];

/** The settings of a deployment, in the order in which they are explained to people. */
export const configurationNames: readonly (SettingName | 'frontDoor')[] = [
  'stage',
  ...optional,
  'frontDoor',
  ...required.filter((name) => name !== 'stage'),
];

/** Keys of the CDK command line itself that carry neither `:` nor `/`. */
const keysOfCdk = new Set(['acknowledged-issue-numbers', 'cli-telemetry']);

type Refused = Extract<ReturnType<typeof identityProviderOf>, { readonly ok: false }>;
export type ParsedConfiguration =
  { readonly ok: true; readonly value: RequestedConfiguration } | Refused;

/**
 * Checks the context of a CDK app and lists every fault. An empty value counts as not set, so that
 * `-c gatewayUrl=$GATEWAY_URL` may stay in a script. The context of CDK itself is passed over.
 */
export function parseConfiguration(
  context: Readonly<Record<string, unknown>>,
): ParsedConfiguration {
  const set = Object.fromEntries(Object.entries(context).filter(([, value]) => isSet(value)));
  const given: Readonly<Record<string, unknown>> = { ...defaults, ...set };
  const settings = parseSettings(given, required, optional);
  const provider = requestedProviderOf(given, settings.ok ? settings.value : presenceOf(given));
  const frontDoor = parseFrontDoor(given['frontDoor']);
  const others = [...sameSource(given), ...smallBurst(given, set), ...unknownKeys(given)];
  if (!settings.ok || !provider.ok || !frontDoor.ok || others.length > 0) {
    return {
      ok: false,
      faults: [
        ...(settings.ok ? [] : settings.faults),
        ...(provider.ok ? [] : provider.faults),
        ...(frontDoor.ok ? [] : frontDoor.faults),
        ...others,
      ],
    };
  }
  const { gatewayUrl, alarmEmail, maxTokenHours, ...rest } = settings.value;
  const checked = Object.fromEntries(required.map((name) => [name, rest[name]])) as Pick<
    typeof rest,
    (typeof required)[number]
  >;
  return {
    ok: true,
    value: {
      ...checked,
      identityProvider: provider.value,
      ...(maxTokenHours === undefined ? {} : { maxTokenHours }),
      ...(gatewayUrl === undefined ? {} : { gatewayUrl }),
      ...(frontDoor.value === undefined ? {} : { frontDoor: frontDoor.value }),
      ...(alarmEmail === undefined ? {} : { alarmEmail }),
    },
  };
}

/** The stage that is meant when none is named; its resources bear the plain names. */
export const defaultStage = defaults.stage;

/** Whether a value can name a stage: it is part of file names and of names in AWS. */
export function isStageName(value: unknown): value is string {
  return parseSettings({ stage: value }, ['stage']).ok;
}

/** How a deployment's resources are called: two stages live side by side in one account. */
export function resourceName({ stage }: Pick<Configuration, 'stage'>): string {
  return stage === defaultStage ? 'mission-control' : `mission-control-${stage}`;
}

/** The name of the CloudFormation stack. */
export function stackName({ stage }: Pick<Configuration, 'stage'>): string {
  return stage === defaultStage ? 'MissionControl' : `MissionControl-${stage}`;
}

/** Whether a value of a setting is one. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** The identity provider that exists, or is to be created: never both. */
function requestedProviderOf(
  given: Readonly<Record<string, unknown>>,
  settings: Parameters<typeof identityProviderOf>[0],
): { readonly ok: true; readonly value: RequestedConfiguration['identityProvider'] } | Refused {
  if (given['auth'] === undefined) return identityProviderOf(settings);
  const other = identity.find((name) => name in given);
  if (other === undefined) return { ok: true, value: { kind: 'cognito-new' } };
  const problem = `and ${other} exclude each other: set one identity provider`;
  return { ok: false, faults: [{ path: 'auth', problem }] };
}

/** Which identity settings are there, for a complete list of faults although some are malformed. */
function presenceOf(given: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(identity.filter((name) => name in given).map((name) => [name, name]));
}

/** Who may report agents must not be able to send users away by the same permission. */
function sameSource({
  eventSource,
  operatorSource,
}: Readonly<Record<string, unknown>>): Refused['faults'] {
  if (eventSource !== operatorSource) return [];
  return [{ path: 'operatorSource', problem: 'must be another source than eventSource' }];
}

/** All connections of a user come back at once when a browser restores its tabs, or after a cut. */
function smallBurst(
  given: Readonly<Record<string, unknown>>,
  set: Readonly<Record<string, unknown>>,
): Refused['faults'] {
  const parsed = parseSettings(given, ['maxConnectionsPerUser', 'handshakeBurst']);
  if (!parsed.ok) return [];
  const { maxConnectionsPerUser, handshakeBurst } = parsed.value;
  if (handshakeBurst >= maxConnectionsPerUser) return [];
  const why = 'all of them come back at once, e.g. after a restart of the browser';
  const least = `must be at least maxConnectionsPerUser, which is ${maxConnectionsPerUser}: ${why}`;
  const most = `must be at most handshakeBurst, which is ${handshakeBurst}: ${why}`;
  // What is a default is not what somebody got wrong.
  return 'handshakeBurst' in set
    ? [{ path: 'handshakeBurst', problem: least }]
    : [{ path: 'maxConnectionsPerUser', problem: most }];
}

/** A key without `:` and `/` is none of CDK's: it is ours, or a slip of the pen that would be ignored. */
function unknownKeys(given: Readonly<Record<string, unknown>>): Refused['faults'] {
  const known = new Set<string>(configurationNames);
  const problem = `is not a setting: the settings are ${configurationNames.join(', ')}`;
  return Object.keys(given)
    .filter((key) => !/[:/]/.test(key) && !known.has(key) && !keysOfCdk.has(key))
    .map((path) => ({ path, problem }));
}
