// What functions and template have in common for all settings: their values, and their environment variables.
import type * as v from 'valibot';

/** The functions of the service: each is a folder below `lambdas/`. */
export type FunctionName =
  | 'authorizer'
  | 'connect'
  | 'disconnect'
  | 'default'
  | 'broadcast'
  | 'deliver'
  | 'heartbeat'
  | 'disconnect-user'
  | 'health'
  | 'whoami'
  | 'report'
  | 'mock-agents';

/** The values of a setting. */
export interface SettingValue {
  /** Accepts text as well, because `-c name=value` and environment variables are text. */
  readonly schema: v.GenericSchema;
  /** The value if it is not set. A setting without a default is optional: without it, its feature is off. */
  readonly default?: unknown;
}

/** The environment variable that carries a setting, e.g. `heartbeatSeconds` → `HEARTBEAT_SECONDS`. */
export function variableOf(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
}
