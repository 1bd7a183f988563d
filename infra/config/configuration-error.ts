// The one exception of infra: settings that no stack can be made of.
import type { ParsedConfiguration } from './configuration';

export type Faults = Extract<ParsedConfiguration, { readonly ok: false }>['faults'];

/** Thrown where nobody could go on with the faults; `faults` lists every one. */
export class ConfigurationError extends Error {
  readonly code = 'CONFIGURATION_REFUSED';
  override readonly name = 'ConfigurationError';

  constructor(readonly faults: Faults) {
    super(describeConfigurationFaults(faults));
  }
}

/** The faults as a person reads them: one line each. */
function describeConfigurationFaults(faults: Faults): string {
  const lines = faults.map(({ path, problem }) => `  - ${path} ${problem}`);
  return ['The configuration is not complete or not valid:', ...lines].join('\n');
}
