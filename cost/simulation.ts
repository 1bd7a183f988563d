// A fan-out under the account's quota: the delivery and the pace that Lambda runs, with a bucket for API Gateway.
import { deliverAll, onePage } from '../lambdas/core/delivery';
import { createPace } from '../lambdas/core/pace';
import type { Delivery, Poster } from '../lambdas/core/ports';
import { cpuMicrosPerFrame, postMilliseconds } from './measured';
import { createTokenBucket, type Quota } from './token-bucket';
import { VirtualClock } from './virtual-clock';

export interface Simulation {
  readonly connections: number;
  /** Fan-outs at the same time, e.g. of an event and a heartbeat. */
  readonly fanOuts: number;
  /** Workers that share each of them. */
  readonly workers: number;
  /** Posts a second of one worker at the most. */
  readonly ceiling: number;
  readonly quota: Quota;
}

export interface SimulationResult {
  readonly delivered: number;
  /** Posts that were answered 429; they were made again. */
  readonly throttled: number;
  /** Given up after five attempts: they go to the queue, for another round. */
  readonly left: number;
  /** From the beginning to the last frame. */
  readonly seconds: number;
}

/** As in lambdas/aws/delivery-options.ts. */
const [concurrency, maxAttempts] = [128, 5];

const never = Number.MAX_SAFE_INTEGER;

/** The same numbers for the same simulation: jitter comes from a generator that always begins alike. */
export async function simulateFanOut(simulation: Simulation): Promise<SimulationResult> {
  const { connections, fanOuts, workers, ceiling, quota } = simulation;
  const clock = new VirtualClock();
  const random = createRandom();
  const admit = createTokenBucket(quota);
  const counts = { delivered: 0, throttled: 0, left: 0 };
  let lastAt = 0;

  function createPoster(): Poster {
    // One vCPU signs and sends one post after the other.
    let busyUntil = 0;
    return {
      post: () =>
        new Promise<Delivery>((resolve) => {
          busyUntil = Math.max(busyUntil, clock.now()) + cpuMicrosPerFrame / 1000;
          clock.after(busyUntil - clock.now() + postMilliseconds, () => {
            if (admit(clock.now())) resolve('delivered');
            else {
              counts.throttled += 1;
              resolve('throttled');
            }
          });
        }),
    };
  }

  async function work(share: number): Promise<void> {
    const connection = { userId: '', connectionId: '', connectedAt: 0, expiresAt: never };
    const pages = onePage(Array.from({ length: share }, () => connection));
    const listener = {
      settle: (_: unknown, ending: string) => {
        counts[ending === 'delivered' ? 'delivered' : 'left'] += 1;
        lastAt = Math.max(lastAt, clock.now());
      },
      onExpired: () => Promise.resolve(undefined),
    };
    const pace = createPace({ now: clock.now, ceiling });
    const options = { poster: createPoster(), pace, now: clock.now, timers: clock, random };
    await deliverAll('{}', pages, never, listener, { ...options, concurrency, maxAttempts });
  }

  const shares = Array.from({ length: workers }, (_, worker) =>
    Math.floor((connections + worker) / workers),
  );
  const all = Array.from({ length: fanOuts }, () => shares.map(work)).flat();
  await clock.run(Promise.all(all));
  return { ...counts, seconds: lastAt / 1000 };
}

/** Mulberry32: small, and random enough for jitter. */
function createRandom(): () => number {
  let seed = 1;
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
