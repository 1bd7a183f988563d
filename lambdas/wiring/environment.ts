// Reads a function's settings at cold start. If any is invalid, the function fails with an error that lists all faults.
import { describeFaults, type Parsed } from '#sdk/protocol';
import { variableOf } from '#lambdas/contract/setting';
import { parseSettings, type SettingName } from '#lambdas/contract/settings';

/** The environment lacks a setting of the function, or has an invalid one. */
export class ConfigurationError extends Error {
  readonly code = 'configuration_invalid';
  override readonly name = 'ConfigurationError';
}

/**
 * The named settings from the environment; optional ones may be absent or empty.
 * @throws {@link ConfigurationError} that names every variable that is missing or invalid
 */
export function readSettings<Required extends SettingName, Optional extends SettingName = never>(
  environment: NodeJS.ProcessEnv,
  required: readonly Required[],
  optional: readonly Optional[] = [],
) {
  const given = [...required, ...optional]
    .map((name) => [name, environment[variableOf(name)]] as const)
    .filter(([, value]) => value !== undefined && value !== '');
  const parsed = parseSettings(Object.fromEntries(given), required, optional);
  return valueOf(parsed);
}

/**
 * The value of settings that were parsed.
 * @throws {@link ConfigurationError} that names every variable that is missing or invalid
 */
export function valueOf<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  const faults = parsed.faults.map((fault) => ({ ...fault, path: variableOf(fault.path) }));
  throw new ConfigurationError(`The environment is invalid: ${describeFaults(faults)}.`);
}
