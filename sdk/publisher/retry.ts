// Decides which failures of EventBridge are retried, after which wait, and whether with fresh credentials.

/** Error codes of entries and requests for which a retry would fail, too. */
const finalCodes = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'InvalidAccountIdException',
  'InvalidArgument',
  'MalformedDetail',
  'NotAuthorizedForDetailTypeException',
  'NotAuthorizedForSourceException',
  'RedactionFailure',
  'ResourceNotFoundException',
  'ValidationException',
]);

/** Error codes of AWS and of the AWS SDK for expired or invalid credentials. */
const credentialCodes = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
  'UnrecognizedClientException',
]);

/**
 * Whether a retry of an entry with this error code may succeed.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
 */
export function mayPassLater(errorCode: string): boolean {
  return !finalCodes.has(errorCode);
}

/** The properties of an error of the AWS SDK that are used. */
interface RequestFailure {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: { readonly attempts?: number; readonly clockSkewCorrected?: boolean };
}

/** Whether the AWS SDK has found no region. It reads environment and files only once, and the error has no code. */
export function isRegionMissing(error: unknown): boolean {
  return (error as RequestFailure | undefined)?.message === 'Region is missing';
}

/**
 * Whether a retry of a failed request may succeed. Only final error codes and a missing region are not retried: network failures, server errors
 * and throttling are temporary, and credentials may become available or be refreshed. Unknown errors are retried, too,
 * because a few requests cost less than a lost event.
 */
export function mayRecover(error: unknown): boolean {
  const { name = '', $metadata } = (error ?? {}) as RequestFailure;
  // If a request is refused because of clock skew, the SDK corrects it in the next request.
  if ($metadata?.clockSkewCorrected === true) return true;
  return mayPassLater(name) && !isRegionMissing(error);
}

/** Whether the credentials must be refreshed before the next attempt. */
export function needsFreshCredentials(error: unknown): boolean {
  const { name = '' } = (error ?? {}) as RequestFailure;
  return credentialCodes.has(name);
}

/** Returns the number of attempts that the SDK has made, from its response or its error. */
export function attemptsOf(outcome: unknown): number {
  return (outcome as RequestFailure | undefined)?.$metadata?.attempts ?? 1;
}

const baseMilliseconds = 100;
const capMilliseconds = 5_000;

/**
 * Exponential backoff with full jitter, so that clients that failed at the same time do not retry at the same time.
 * @param attempts the number of attempts so far
 * @returns the wait in milliseconds, from 0 to an upper bound that doubles with each attempt
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function pauseMilliseconds(attempts: number, random: () => number): number {
  return random() * Math.min(capMilliseconds, baseMilliseconds * 2 ** (attempts - 1));
}
