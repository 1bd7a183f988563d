// API Gateway in simulated time: posts take CPU of whoever makes them, a way there and back, and a token of the account.
import type { PostResult, Poster } from '#core/connections/ports';
import { cpuMicrosPerPost, postMilliseconds } from '../model/measured';
import { createTokenBucket, type Quota } from '../model/token-bucket';
import type { VirtualClock } from './virtual-clock';

export interface SimulatedGateway {
  /** Posts from one execution environment: its vCPU signs and sends one after the other. */
  createPoster(): Poster;
  /** All posts. */
  posts(): number;
  /** Those that were answered 429. */
  throttled(): number;
}

export function createSimulatedGateway(
  clock: VirtualClock,
  quota: Quota,
  options: {
    /** Told of each post that is delivered. */
    readonly onDelivered?: (text: string) => void;
    /** Whether a connection's client does not read: whatever is posted to it is answered 429. Default: all read. */
    readonly isStuck?: (connectionId: string) => boolean;
  } = {},
): SimulatedGateway {
  const { onDelivered, isStuck } = options;
  const admit = createTokenBucket(quota);
  const counts = { posts: 0, throttled: 0 };

  function createPoster(): Poster {
    let busyUntil = 0;
    return {
      post: (connectionId, text) =>
        new Promise<PostResult>((resolve) => {
          counts.posts += 1;
          busyUntil = Math.max(busyUntil, clock.now()) + cpuMicrosPerPost / 1000;
          clock.after(busyUntil - clock.now() + postMilliseconds, () => {
            if (admit(clock.now()) && isStuck?.(connectionId) !== true) {
              onDelivered?.(text);
              resolve('delivered');
            } else {
              counts.throttled += 1;
              resolve('throttled');
            }
          });
        }),
    };
  }

  return { createPoster, posts: () => counts.posts, throttled: () => counts.throttled };
}

/** Mulberry32: small, random enough for jitter, and the same numbers each time. */
export function createRandom(): () => number {
  let seed = 1;
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
