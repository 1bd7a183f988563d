// A token bucket with a rate and a size, as API Gateway documents its quota.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html

/** A quota of an account in a region. */
export interface Quota {
  readonly perSecond: number;
  /** Size of the bucket, in requests. */
  readonly bucket: number;
}

/** The default quota of an account in most regions. */
export const defaultQuota: Quota = { perSecond: 10_000, bucket: 5_000 };

/**
 * Creates a full bucket.
 * @returns a function that takes a token at `now`, in milliseconds, and returns whether there was one
 */
export function createTokenBucket({ perSecond, bucket }: Quota): (now: number) => boolean {
  let tokens = bucket;
  let filledAt = 0;
  return (now) => {
    tokens = Math.min(bucket, tokens + ((now - filledAt) * perSecond) / 1000);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
