// Simulates API Gateway in virtual time: a post takes CPU time of its sender, a round trip, and a token of the account's quota.
import type { PostResult, Poster } from '#core/connections/ports';
import { cpuMicrosPerPost, postMilliseconds } from '../model/measured';
import { createTokenBucket, type Quota } from '../model/token-bucket';
import type { VirtualClock } from './virtual-clock';

export interface SimulatedGateway {
  /** Creates the poster of one execution environment, whose vCPU signs and sends one post after the other. */
  createPoster(): Poster;
  /** The number of posts. */
  posts(): number;
  /** The number of posts that were answered with 429. */
  throttled(): number;
}

export function createSimulatedGateway(
  clock: VirtualClock,
  quota: Quota,
  options: {
    /** Called for each post that is delivered. */
    readonly onDelivered?: (text: string) => void;
    /** Whether a connection's client does not read, so that its posts are answered with 429. Default: all clients read. */
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

/** Creates a random number generator (Mulberry32) with a fixed seed. Its quality is sufficient for jitter. */
export function createRandom(): () => number {
  let seed = 1;
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
