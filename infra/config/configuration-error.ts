// The one exception of infra: settings that no stack can be made of.
import { describeFault, type Fault } from '../../sdk/protocol/parse';

/** Thrown where nobody could go on with the faults; `faults` lists every one. */
export class ConfigurationError extends Error {
  readonly code = 'CONFIGURATION_REFUSED';
  override readonly name = 'ConfigurationError';

  constructor(readonly faults: readonly Fault[]) {
    super(
      [
        'The configuration is not complete or not valid:',
        ...faults.map((fault) => `  - ${describeFault(fault)}`),
      ].join('\n'),
    );
  }
}
