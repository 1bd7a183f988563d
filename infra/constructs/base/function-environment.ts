// Determines the environment variables of a function: the settings that it reads, and the names of its resources.
import { variableOf, type FunctionName } from '../../../lambdas/contract/setting';
import type { ResourceSettingName } from '../../../lambdas/contract/settings';
import type { Configuration } from '../../config/configuration';
import { serviceSettings } from '../../config/service-settings';
import type { SettingDefinition } from '../../config/setting-definition';

/** Names of resources by setting. Most are tokens that CloudFormation fills in. */
export type ResourceNames = Readonly<Partial<Record<ResourceSettingName, string>>>;

/** The environment variables of a function. A setting that is not set has no variable. */
export function environmentOf(
  name: FunctionName,
  { identityProvider, ...configuration }: Configuration,
  resources: ResourceNames,
): Record<string, string> {
  const given: Readonly<Record<string, unknown>> = { ...configuration, ...identityProvider };
  const read = Object.entries<SettingDefinition>(serviceSettings)
    .filter(([, { readBy }]) => readBy === 'every function' || readBy?.includes(name))
    .map(([setting]) => [setting, given[setting]] as const);
  return Object.fromEntries(
    [...read, ...Object.entries(resources)]
      .filter(([, value]) => value !== undefined)
      .map(([setting, value]) => [
        variableOf(setting),
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
  );
}
