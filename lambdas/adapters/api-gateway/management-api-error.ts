// What the errors of @connections mean for a connection.

/** The outcome of a call that failed, and what to log of it. */
export interface ManagementApiError {
  readonly outcome: 'gone' | 'throttled' | 'rejected' | 'retryable';
  readonly name: string;
  /** Absent when no answer came. */
  readonly statusCode: number | undefined;
}

/**
 * The SDK throws a `GoneException` for some answers with status 410 and, for those without an error body, an
 * exception that only `$metadata` tells it by: so both are looked at.
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
