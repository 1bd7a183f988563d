// The error for settings that are not valid.
import { describeFault, type Fault } from '../../sdk/protocol/parse';

/** Thrown when settings are not valid; `faults` lists every fault. */
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
