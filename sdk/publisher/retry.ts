// Which failures of EventBridge may pass, and how long to wait for that.

/** Error codes of an entry that no repetition will mend. */
const finalCodes = new Set([
  'AccessDeniedException',
  'InvalidAccountIdException',
  'InvalidArgument',
  'MalformedDetail',
  'NotAuthorizedForDetailTypeException',
  'NotAuthorizedForSourceException',
  'RedactionFailure',
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
  readonly $fault?: 'client' | 'server';
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly attempts?: number;
    readonly clockSkewCorrected?: boolean;
  };
}

/**
 * Whether a request that failed as a whole may succeed when it is repeated: the network, the servers and
 * throttling may recover; a refusal, and credentials that are not there, stay.
 */
export function mayRecover(error: unknown): boolean {
  const { name = '', $fault, $metadata } = (error ?? {}) as RequestFailure;
  if (name === 'CredentialsProviderError') return false;
  if ($fault !== 'client') return true;
  // The SDK learns the server's time from a refusal for a wrong clock, and signs the next request with it.
  if ($metadata?.clockSkewCorrected === true) return true;
  return $metadata?.httpStatusCode === 429 || /Throttl|TooManyRequests|LimitExceeded/.test(name);
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
