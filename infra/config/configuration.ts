// Parses the settings of a deployment, from `cdk.json`, from `-c name=value`, or from the props of the construct.
import * as v from 'valibot';
import type { IdentityProvider } from '../../lambdas/contract/identity-provider';
import { scopeRuleOf } from '../../lambdas/contract/scope-rule';
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

/** The settings by name; docs/settings.md describes each. */
type NamedSettings = {
  readonly [Name in DefaultedSettingName]: DeploymentSetting<Name>;
} & {
  readonly [
    Name in
      | 'maxTokenHours'
      | 'scopeClaim'
      | 'scopePattern'
      | 'reportScope'
      | 'reportAudience'
      | 'gatewayUrl'
      | 'sources'
      | 'alarmEmail'
  ]?: DeploymentSetting<Name>;
};

/** A parsed configuration. */
export interface RequestedConfiguration extends NamedSettings {
  readonly identityProvider: RequestedProvider;
  /** CloudFront in front of the APIs and the dashboard. Default: none. */
  readonly frontDoor?: FrontDoorSettings;
}

/** A parsed configuration, after a requested user pool has been created. */
export interface Configuration extends RequestedConfiguration {
  readonly identityProvider: IdentityProvider;
}

export type ParsedConfiguration = Parsed<RequestedConfiguration>;

/** Context keys of the CDK itself that contain neither `:` nor `/`. */
const keysOfCdk = new Set(['acknowledged-issue-numbers', 'cli-telemetry']);

/** Settings that are parsed together with others, by a function of their own. */
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

/** Parses the context of a CDK app and lists all faults. The CDK's own context is ignored. */
export function parseConfiguration(context: Given): ParsedConfiguration {
  const set = withoutUnset(context);
  return parseDeployment(set, parseProvider(set));
}

/** Parses all settings except those of the identity provider. @param provider the parsed settings of the identity provider */
export function parseDeployment(
  settings: Given,
  provider: Parsed<RequestedProvider>,
): ParsedConfiguration {
  const set = withoutUnset(settings);
  const given = { ...defaults(), ...set };
  const named = parse(schema, given) as Parsed<NamedSettings>;
  const frontDoor = parseFrontDoor(given['frontDoor']);
  const others = [
    ...sameSource(given, set),
    ...smallBurst(given, set),
    ...patternWithoutClaim(given),
    ...audienceWithoutScope(given),
    ...unknownSettings(given),
  ];
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
 * Whether a setting is set. An empty optional setting counts as not set, so that scripts can use `-c gatewayUrl=$GATEWAY_URL`. An
 * empty setting that has a default is a fault, because `-c stage=$STAGE` would deploy to the wrong stage.
 */
function isSet(name: string, value: unknown): boolean {
  return value !== undefined && !(value === '' && defaultOf(name) === undefined);
}

/** The settings that are set. */
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

/** Adds how to get the default to the fault of an empty setting that has one. */
function withDefault({ path, problem }: Fault, set: Given): Fault {
  const isEmpty = set[path] === '' || set[path] === null;
  if (!isEmpty || defaultOf(path) === undefined) return { path, problem };
  return { path, problem: `${problem}; leave it out for the default, ${describeDefault(path)}` };
}

/** The sources must differ, because the permission to report events must not include the permission to disconnect users. */
function sameSource(given: Given, set: Given): Fault[] {
  const operatorSource = String(given['operatorSource']).trim();
  const parsed = parseSettings(given, [], ['eventSource', 'sources']);
  if (!parsed.ok) return [];
  const { eventSource, sources = {} } = parsed.value;
  const isBound = Object.hasOwn(sources, operatorSource);
  if (eventSource !== operatorSource && !isBound) return [];
  // The fault names the setting that was set, not the one that has its default.
  if (!('operatorSource' in set)) {
    const path = isBound ? 'sources' : 'eventSource';
    return [{ path, problem: `must not name ${operatorSource}, which is the operatorSource` }];
  }
  const others = isBound ? 'those of sources' : 'eventSource';
  return [{ path: 'operatorSource', problem: `must be another source than ${others}` }];
}

/** The burst must allow all connections of a user to reconnect at once, e.g. when a browser restores its tabs. */
function smallBurst(given: Given, set: Given): Fault[] {
  const parsed = parseSettings(given, ['maxConnectionsPerUser', 'handshakeBurst']);
  if (!parsed.ok) return [];
  const { maxConnectionsPerUser, handshakeBurst } = parsed.value;
  if (handshakeBurst >= maxConnectionsPerUser) return [];
  const why = 'all of them come back at once, e.g. after a restart of the browser';
  const least = `must be at least maxConnectionsPerUser, which is ${maxConnectionsPerUser}: ${why}`;
  const most = `must be at most handshakeBurst, which is ${handshakeBurst}: ${why}`;
  // The fault names the setting that was set, not the one that has its default.
  return 'handshakeBurst' in set
    ? [{ path: 'handshakeBurst', problem: least }]
    : [{ path: 'maxConnectionsPerUser', problem: most }];
}

/** Without a claim, nothing would be limited, although the pattern says that something should be. */
function patternWithoutClaim(given: Given): Fault[] {
  const { scopeClaim, scopePattern } = given as Readonly<Record<string, string | undefined>>;
  const rule = scopeRuleOf({ scopeClaim, scopePattern });
  return rule.ok ? [] : rule.faults;
}

/** Without a scope, nobody can report over HTTPS, although the audience says that somebody should. */
function audienceWithoutScope({ reportScope, reportAudience }: Given): Fault[] {
  if (reportAudience === undefined || reportScope !== undefined) return [];
  return [
    {
      path: 'reportAudience',
      problem: 'needs reportScope, too: without it, there is no POST /events',
    },
  ];
}

/** Reports unknown settings, which are probably typos. Keys with `:` or `/` belong to the CDK. */
function unknownSettings(given: Given): Fault[] {
  const known = new Set<string>(deploymentSettingNames);
  const problem = `is not a setting: the settings are ${deploymentSettingNames.join(', ')}`;
  return Object.keys(given)
    .filter((key) => !/[:/]/.test(key) && !known.has(key) && !keysOfCdk.has(key))
    .map((path) => ({ path, problem }));
}
