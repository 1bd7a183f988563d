// A deployment's settings, in `cdk.json`, by `-c name=value` or as props: checked whole before anything is built.
import * as v from 'valibot';
import type { IdentityProvider } from '../../lambdas/contract/identity-provider';
import { parseSettings } from '../../lambdas/contract/settings';
import { objectOf, parse, type Fault, type Parsed } from '../../sdk/protocol/parse';
import {
  defaultOf,
  describeDefault,
  deploymentSettingNames,
  deploymentSettings,
  type DefaultedSettingName,
  type DeploymentSetting,
} from './deployment-settings';
import { parseFrontDoor, type FrontDoorSettings } from './front-door-settings';
import { identitySettingNames, parseProvider, type RequestedProvider } from './identity';

type Given = Readonly<Record<string, unknown>>;

/** The settings that stand in a configuration by their names: docs/settings.md says what each means. */
type NamedSettings = {
  readonly [Name in DefaultedSettingName]: DeploymentSetting<Name>;
} & {
  readonly [Name in 'maxTokenHours' | 'gatewayUrl' | 'alarmEmail']?: DeploymentSetting<Name>;
};

/** A checked deployment, as it was asked for. */
export interface RequestedConfiguration extends NamedSettings {
  readonly identityProvider: RequestedProvider;
  /** One address for WebSocket, `/health` and the dashboard, by CloudFront; without it there is none. */
  readonly frontDoor?: FrontDoorSettings;
}

/** A checked deployment, whose identity provider exists. */
export interface Configuration extends RequestedConfiguration {
  readonly identityProvider: IdentityProvider;
}

export type ParsedConfiguration = Parsed<RequestedConfiguration>;

/** Keys of the CDK command line itself that carry neither `:` nor `/`. */
const keysOfCdk = new Set(['acknowledged-issue-numbers', 'cli-telemetry']);

/** Those that have a check of their own, of several together. */
const checkedApart: ReadonlySet<string> = new Set([...identitySettingNames, 'frontDoor']);

const schema = objectOf(
  Object.fromEntries(
    Object.entries(deploymentSettings)
      .filter(([name]) => !checkedApart.has(name))
      .map(([name, setting]) => [
        name,
        'default' in setting ? setting.schema : v.optional(setting.schema),
      ]),
  ),
);

/** Checks the context of a CDK app and lists every fault. The context of CDK itself is passed over. */
export function parseConfiguration(context: Given): ParsedConfiguration {
  const set = withoutUnset(context);
  return parseDeployment(set, parseProvider(set));
}

/** Checks all settings but those that say whose tokens are accepted, which have been checked already. */
export function parseDeployment(
  settings: Given,
  provider: Parsed<RequestedProvider>,
): ParsedConfiguration {
  const set = withoutUnset(settings);
  const given = { ...defaults(), ...set };
  const named = parse(schema, given) as Parsed<NamedSettings>;
  const frontDoor = parseFrontDoor(given['frontDoor']);
  const others = [...sameSource(given), ...smallBurst(given, set), ...unknownSettings(given)];
  if (!named.ok || !provider.ok || !frontDoor.ok || others.length > 0) {
    return {
      ok: false,
      faults: [
        ...(named.ok ? [] : named.faults.map((fault) => withDefault(fault, set))),
        ...(provider.ok ? [] : provider.faults),
        ...(frontDoor.ok ? [] : frontDoor.faults),
        ...others,
      ],
    };
  }
  return {
    ok: true,
    value: {
      ...named.value,
      identityProvider: provider.value,
      ...(frontDoor.value === undefined ? {} : { frontDoor: frontDoor.value }),
    },
  };
}

/**
 * Whether a setting is set. An empty one is not, if it may be absent: `-c gatewayUrl=$GATEWAY_URL` may stay in a script.
 * But an empty one that has a default is a mistake: `-c stage=$STAGE` would deploy to another stage.
 */
function isSet(name: string, value: unknown): boolean {
  return value !== undefined && !(value === '' && defaultOf(name) === undefined);
}

/** Those settings that are set. */
export function withoutUnset(settings: Given): Given {
  return Object.fromEntries(Object.entries(settings).filter(([name, value]) => isSet(name, value)));
}

function defaults(): Given {
  return Object.fromEntries(
    deploymentSettingNames
      .map((name) => [name, defaultOf(name)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

/** Of an empty value that has a default, it is said how to get that. */
function withDefault({ path, problem }: Fault, set: Given): Fault {
  const isEmpty = set[path] === '' || set[path] === null;
  if (!isEmpty || defaultOf(path) === undefined) return { path, problem };
  return { path, problem: `${problem}; leave it out for the default, ${describeDefault(path)}` };
}

/** Who may report agents must not be able to send users away by the same permission. */
function sameSource({ eventSource, operatorSource }: Given): Fault[] {
  if (eventSource !== operatorSource) return [];
  return [{ path: 'operatorSource', problem: 'must be another source than eventSource' }];
}

/** All connections of a user come back at once when a browser restores its tabs, or after a cut. */
function smallBurst(given: Given, set: Given): Fault[] {
  const parsed = parseSettings(given, ['maxConnectionsPerUser', 'handshakeBurst']);
  if (!parsed.ok) return [];
  const { maxConnectionsPerUser, handshakeBurst } = parsed.value;
  if (handshakeBurst >= maxConnectionsPerUser) return [];
  const why = 'all of them come back at once, e.g. after a restart of the browser';
  const least = `must be at least maxConnectionsPerUser, which is ${maxConnectionsPerUser}: ${why}`;
  const most = `must be at most handshakeBurst, which is ${handshakeBurst}: ${why}`;
  // The fault is in the one that was set, not in a default.
  return 'handshakeBurst' in set
    ? [{ path: 'handshakeBurst', problem: least }]
    : [{ path: 'maxConnectionsPerUser', problem: most }];
}

/** A key without `:` and `/` is none of CDK's: it is ours, or a slip of the pen that would be ignored. */
function unknownSettings(given: Given): Fault[] {
  const known = new Set<string>(deploymentSettingNames);
  const problem = `is not a setting: the settings are ${deploymentSettingNames.join(', ')}`;
  return Object.keys(given)
    .filter((key) => !/[:/]/.test(key) && !known.has(key) && !keysOfCdk.has(key))
    .map((path) => ({ path, problem }));
}
