// The definition of a setting: one row of the table of settings.
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

export interface SettingDefinition {
  /** Accepts text as well, because `-c name=value` and environment variables are text. */
  readonly schema: v.GenericSchema;
  /** The value if it is not set. A setting without a default is optional: without it, its feature is off. */
  readonly default?: unknown;
  /** Its documentation, in Markdown; links are relative to docs/. */
  readonly documentation: string;
  /** The functions that have it in their environment, as `variableOf(name)`. */
  readonly readBy?: readonly FunctionName[] | 'every function';
}

/** The environment variable that carries a setting, e.g. `heartbeatSeconds` → `HEARTBEAT_SECONDS`. */
export function variableOf(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
}

/** The functions that post to every connection. */
export const fanOutFunctions = ['broadcast', 'deliver', 'heartbeat'] as const;

/** The functions that verify tokens. */
export const verifyingFunctions = ['authorizer', 'default', 'whoami', 'report'] as const;
