// Why there is no verdict on a token: what has to be asked cannot be reached, or something is wrong with this service.

/** The issuer's keys could not be had: no verdict on any token is possible, and no client is to blame. */
export class KeysUnavailableError extends Error {
  readonly code = 'keys_unavailable';
  override readonly name = 'KeysUnavailableError';

  constructor(cause: unknown) {
    super("The token issuer's keys are unavailable", { cause });
  }
}

/** The table did not say whether a user has been sent away, or which connection a token is for. */
class TableUnavailableError extends Error {
  readonly code = 'table_unavailable';
  override readonly name = 'TableUnavailableError';

  constructor(cause: unknown) {
    super('The table is unavailable', { cause });
  }
}

/** @throws a {@link TableUnavailableError} for whatever `work` rejects with */
export async function fromTable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new TableUnavailableError(cause);
  }
}

/** For the log: by it, an operator knows whether to ask the issuer, AWS or, with `unexpected_error`, us. */
export function noVerdictCode(
  error: unknown,
): 'keys_unavailable' | 'table_unavailable' | 'unexpected_error' {
  return error instanceof KeysUnavailableError || error instanceof TableUnavailableError
    ? error.code
    : 'unexpected_error';
}
