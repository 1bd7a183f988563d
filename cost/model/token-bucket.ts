// API Gateway's quota as documented: a token bucket with a rate and a size.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html

/** A quota of an account and region. */
export interface Quota {
  readonly perSecond: number;
  readonly bucket: number;
}

/** What every account has in most regions. */
export const defaultQuota: Quota = { perSecond: 10_000, bucket: 5_000 };

/**
 * A full bucket.
 * @returns whether a request at `now`, in milliseconds, gets through
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
