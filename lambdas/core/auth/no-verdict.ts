// The errors that prevent a verdict on a token: the issuer or the table cannot be reached, or this service has a fault.

/** The issuer's keys could not be fetched: no verdict on any token is possible, and the client is not the cause. */
export class KeysUnavailableError extends Error {
  readonly code = 'keys_unavailable';
  override readonly name = 'KeysUnavailableError';

  constructor(cause: unknown) {
    super("The token issuer's keys are unavailable", { cause });
  }
}

/** The table could not be read: whether the user has been disconnected, or which connection a token is for, is not known. */
class TableUnavailableError extends Error {
  readonly code = 'table_unavailable';
  override readonly name = 'TableUnavailableError';

  constructor(cause: unknown) {
    super('The table is unavailable', { cause });
  }
}

/** @throws a {@link TableUnavailableError} if `work` rejects, with its reason as cause */
export async function fromTable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new TableUnavailableError(cause);
  }
}

/** The code for the log. It locates the fault: the issuer, the table or, for `unexpected_error`, this service. */
export function noVerdictCode(
  error: unknown,
): 'keys_unavailable' | 'table_unavailable' | 'unexpected_error' {
  return error instanceof KeysUnavailableError || error instanceof TableUnavailableError
    ? error.code
    : 'unexpected_error';
}
