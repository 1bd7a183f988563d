// All settings of a deployment, with schema, default and documentation: those that functions read
// (infra/config/service-settings.ts), and those that only the template needs. docs/settings.md is generated from them.
import * as v from 'valibot';
import type { FunctionName } from '../../lambdas/contract/setting';
import { defaultMemoryMegabytes, provisionableFunctions } from '../../lambdas/contract/memory';
import { source, text, wholeNumber } from '../../lambdas/contract/setting-schemas';
import {
  emailAddress,
  logRetention,
  origins,
  page,
  perFunction,
  principals,
  tags,
} from './deployment-schemas';
import { serviceSettings } from './service-settings';
import type { SettingDefinition } from './setting-definition';

const functionNames = Object.keys(defaultMemoryMegabytes) as FunctionName[];

const templateSettings = {
  auth: {
    schema: v.picklist(
      ['cognito-new'],
      'must be cognito-new, which creates a Cognito user pool, or not set',
    ),
    documentation:
      'Instead of `issuer` and `userPoolId`: `cognito-new` creates a user pool, to which administrators invite.',
  },
  handshakesPerSecond: {
    schema: wholeNumber(1, 10_000),
    default: 400,
    documentation:
      'Maximum rate of handshakes of all clients together, with or without a valid token: limits what a flood of them costs.',
  },
  operatorSource: {
    schema: source,
    default: 'mission-control.operator',
    documentation: '`source` of the events on the bus by which operators disconnect users.',
  },
  reportScope: {
    schema: v.pipe(
      text('a scope of OAuth 2.0'),
      v.regex(/^[!#-[\]-~]{1,64}$/, 'must be 1 to 64 printable ASCII characters without spaces'),
    ),
    documentation:
      'Scope of the access tokens with which machines may report events by [`POST /events`](reporting.md#over-https), such as `mission-control/report`. If not set, there is no such route.',
  },
  reporterArns: {
    schema: principals,
    default: [],
    documentation:
      'The only roles and users that may put events of `eventSource` on the bus: ARNs, with `*` and `?` in their names. If the list is empty, IAM alone decides.',
  },
  operatorArns: {
    schema: principals,
    default: [],
    documentation:
      'The only roles and users that may put events of `operatorSource` on the bus: as for `reporterArns`.',
  },
  allowedOrigins: {
    schema: origins,
    default: [],
    documentation:
      "Origins whose pages may request `/health` and `/whoami`, in addition to the front door's own: `https://a.example,https://b.example`.",
  },
  frontDoor: {
    // parseFrontDoor checks it, because its properties depend on each other.
    schema: v.unknown(),
    documentation:
      '`true` or an object: [one domain name](front-door.md) for the WebSocket API, the HTTP API and the dashboard, by CloudFront.',
  },
  memoryMegabytes: {
    schema: perFunction(functionNames, 128, 10_240),
    default: {},
    documentation:
      '[Memory](settings.md#memory-and-provisioned-concurrency) of single functions in megabytes, and with it their CPU: `broadcast=3008,connect=1024`, or an object in a file.',
  },
  provisionedConcurrency: {
    schema: perFunction(provisionableFunctions, 1, 1_000),
    default: {},
    documentation:
      'Number of execution environments of `authorizer`, `connect` and `broadcast` that are [always ready](settings.md#memory-and-provisioned-concurrency), so that nobody waits for a cold start: `authorizer=2,connect=2,broadcast=1`, or an object in a file.',
  },
  dataRemoval: {
    schema: v.picklist(['retain', 'destroy'], 'must be retain or destroy'),
    default: 'retain',
    documentation:
      'What happens to the table, and to a user pool that was created, when the stack is deleted: `retain` or `destroy`.',
  },
  logRetentionDays: {
    schema: logRetention,
    default: 30,
    documentation: 'Days for which all logs are kept.',
  },
  tags: {
    schema: tags,
    default: {},
    documentation:
      'Tags of all resources, in addition to `application` and `stage`: `name=value,name=value`, or an object in a file.',
  },
  alarmEmail: {
    schema: emailAddress,
    documentation:
      'E-mail address that gets the alarms, after its owner has confirmed the subscription.',
  },
  runbookUrl: {
    schema: page,
    default: 'docs/runbook.md',
    documentation:
      'Location of the runbook, to which alarms link: a URL, or a path in the repository.',
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;

const { auth, ...otherTemplateSettings } = templateSettings;

/** The settings by name, in the order of the documentation. */
export const deploymentSettings = {
  // Repeated keys keep their first position, so the settings of the identity provider come first.
  ...pickIdentity(serviceSettings),
  auth,
  ...serviceSettings,
  ...otherTemplateSettings,
};

function pickIdentity({
  stage,
  issuer,
  audience,
  jwksUri,
  userPoolId,
  userPoolClientId,
}: typeof serviceSettings) {
  return { stage, issuer, audience, jwksUri, userPoolId, userPoolClientId };
}

export type DeploymentSettingName = keyof typeof deploymentSettings;

/** The type of a parsed setting. */
export type DeploymentSetting<Name extends DeploymentSettingName> = Readonly<
  v.InferOutput<(typeof deploymentSettings)[Name]['schema']>
>;

/** The names of the settings that have a default. */
export type DefaultedSettingName = {
  [Name in DeploymentSettingName]: (typeof deploymentSettings)[Name] extends {
    readonly default: unknown;
  }
    ? Name
    : never;
}[DeploymentSettingName];

export const deploymentSettingNames = Object.keys(
  deploymentSettings,
) as readonly DeploymentSettingName[];

/** The value of a setting that is not set; undefined if it is optional. */
export function defaultOf(name: string): unknown {
  const settings: Readonly<Record<string, SettingDefinition | undefined>> = deploymentSettings;
  return settings[name]?.default;
}

/** The default as text for the documentation; `none` for an optional setting. */
export function describeDefault(name: string): string {
  const value = defaultOf(name);
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
