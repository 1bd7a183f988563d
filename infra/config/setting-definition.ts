// The definition of a setting: one row of the table of settings.
import type { FunctionName, SettingValue } from '../../lambdas/contract/setting';

export interface SettingDefinition extends SettingValue {
  /** Its documentation, in Markdown; links are relative to docs/. */
  readonly documentation: string;
  /** The functions that have it in their environment, as `variableOf(name)`. */
  readonly readBy?: readonly FunctionName[] | 'every function';
}
