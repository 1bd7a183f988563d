// Why there is no verdict on a token: the issuer's keys cannot be had, or something is wrong with this service.

/** The issuer's keys could not be had: no verdict on any token is possible, and no client is to blame. */
export class KeysUnavailableError extends Error {
  readonly code = 'keys_unavailable';
  override readonly name = 'KeysUnavailableError';

  constructor(cause: unknown) {
    super("The token issuer's keys are unavailable", { cause });
  }
}

/** The code for the log: an operator asks the issuer about `keys_unavailable`, and us about anything else. */
export function noVerdictCode(error: unknown): 'keys_unavailable' | 'unexpected_error' {
  return error instanceof KeysUnavailableError ? error.code : 'unexpected_error';
}
