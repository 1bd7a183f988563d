// Which failures of EventBridge are retried, after which pause, and when with fresh credentials.

/** Error codes, of an entry or of a request, which are final: a retry would fail as well. */
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

/** Error codes by which AWS, or the AWS SDK itself, says that credentials have expired or are not valid any more. */
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
 * Whether an entry may be taken when it is sent again.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
 */
export function mayPassLater(errorCode: string): boolean {
  return !finalCodes.has(errorCode);
}

/** What the AWS SDK says about a failed request. */
interface RequestFailure {
  readonly name?: string;
  readonly $metadata?: { readonly attempts?: number; readonly clockSkewCorrected?: boolean };
}

/**
 * Whether a request that failed as a whole may succeed when it is repeated: all but what AWS refuses for good. The
 * network, the servers and throttling may recover; credentials may be there in a moment, or be refreshed. An unknown
 * error is retried, too: that costs a few requests, where giving up would lose the event.
 */
export function mayRecover(error: unknown): boolean {
  const { name = '', $metadata } = (error ?? {}) as RequestFailure;
  // The SDK learns the server's time from a refusal for a wrong clock, and signs the next request with it.
  return $metadata?.clockSkewCorrected === true || mayPassLater(name);
}

/** Whether the next attempt needs other credentials than this one had. */
export function needsFreshCredentials(error: unknown): boolean {
  const { name = '' } = (error ?? {}) as RequestFailure;
  return credentialCodes.has(name);
}

/** How many attempts the SDK has made itself for an answer or an error: each counts. */
export function attemptsOf(outcome: unknown): number {
  return (outcome as RequestFailure | undefined)?.$metadata?.attempts ?? 1;
}

const baseMilliseconds = 100;
const capMilliseconds = 5_000;

/**
 * The pause after the `attempts`-th attempt, in milliseconds: anything from none to a bound that doubles
 * ("full jitter"), so that clients which failed together don't come back together.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function pauseMilliseconds(attempts: number, random: () => number): number {
  return random() * Math.min(capMilliseconds, baseMilliseconds * 2 ** (attempts - 1));
}
