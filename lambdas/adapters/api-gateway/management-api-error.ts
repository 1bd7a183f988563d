// Maps the errors of @connections to outcomes for a connection.

/** The outcome of a failed call, and its details for the log. */
export interface ManagementApiError {
  readonly outcome: 'gone' | 'throttled' | 'rejected' | 'retryable';
  readonly name: string;
  /** Undefined if there was no answer. */
  readonly statusCode: number | undefined;
}

/**
 * The SDK throws a `GoneException` for some answers with status 410. For those without an error body, the exception has the
 * status in `$metadata` only, so both are checked.
 * @see https://github.com/aws/aws-sdk-js/issues/2591
 */
export function errorOf(cause: unknown): ManagementApiError {
  const { name = 'Error', $metadata } = cause as Partial<{
    name: string;
    $metadata: { httpStatusCode?: number };
  }>;
  const statusCode = $metadata?.httpStatusCode;
  if (name === 'GoneException' || statusCode === 410) return { outcome: 'gone', name, statusCode };
  if (name === 'LimitExceededException' || statusCode === 429) {
    return { outcome: 'throttled', name, statusCode };
  }
  const refused = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return { outcome: refused ? 'rejected' : 'retryable', name, statusCode };
}
