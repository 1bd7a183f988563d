// Throttles requests with a token bucket, as API Gateway does.
import type { Clock } from '../support/timers';
import type { Throttle } from './definition';

export interface TokenBucket {
  /** Takes a token for one request. Returns false if the bucket is empty: then the request is throttled. */
  take(): boolean;
}

/**
 * Creates a full bucket.
 * @param throttle undefined for no limit
 * @param now milliseconds since any fixed point
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
 */
export function createTokenBucket(throttle: Throttle | undefined, now: Clock): TokenBucket {
  if (throttle === undefined) return { take: () => true };
  const { requestsPerSecond, burst } = throttle;
  let tokens = burst;
  let filledAt = now();
  return {
    take() {
      const time = now();
      tokens = Math.min(burst, tokens + ((time - filledAt) / 1000) * requestsPerSecond);
      filledAt = time;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
