// A fan-out under the account's quota: the delivery and the pace that Lambda runs, with a bucket for API Gateway.
import { deliverAll, onePage } from '../lambdas/core/delivery';
import { catchUpSeconds, createPace, type Pace } from '../lambdas/core/pace';
import type { Connection, Delivery, Poster } from '../lambdas/core/ports';
import { cpuMicrosPerFrame, postMilliseconds } from './measured';
import { createTokenBucket, type Quota } from './token-bucket';
import { VirtualClock } from './virtual-clock';

export interface Simulation {
  readonly connections: number;
  /** Fan-outs of events at the same time. */
  readonly fanOuts: number;
  /** Workers that share each of them. */
  readonly workers: number;
  /** Posts a second of one worker at the most. */
  readonly ceiling: number;
  readonly quota: Quota;
  /** Of a heartbeat that one worker sends to the same connections at the same time, the posts a second. Default: none. */
  readonly heartbeatCeiling?: number;
  /** Of the connections, those whose clients do not read: whatever is posted to them is answered 429. Default: none. */
  readonly stuck?: number;
}

export interface SimulationResult {
  readonly delivered: number;
  /** Posts that were answered 429. */
  readonly throttled: number;
  /** Not delivered after the last attempt: they go to the queue, for another round. */
  readonly left: number;
  /** From the beginning to the last post of an event that was delivered. */
  readonly seconds: number;
  /** From the beginning to the end of the work. */
  readonly endSeconds: number;
}

/** As in lambdas/aws/delivery-options.ts. */
const limits = { concurrency: 160, maxAttempts: 5, maxStuckAttempts: 2 } as const;

const never = Number.MAX_SAFE_INTEGER;

/** The same numbers for the same simulation: jitter comes from a generator that always begins alike. */
export async function simulateFanOut(simulation: Simulation): Promise<SimulationResult> {
  const { connections, fanOuts, workers, ceiling, heartbeatCeiling, quota } = simulation;
  const { stuck = 0 } = simulation;
  const clock = new VirtualClock();
  const random = createRandom();
  const admit = createTokenBucket(quota);
  const counts = { delivered: 0, throttled: 0, left: 0 };
  let lastAt = 0;

  function createPoster(): Poster {
    // One vCPU signs and sends one post after the other.
    let busyUntil = 0;
    return {
      post: (connectionId) =>
        new Promise<Delivery>((resolve) => {
          busyUntil = Math.max(busyUntil, clock.now()) + cpuMicrosPerFrame / 1000;
          clock.after(busyUntil - clock.now() + postMilliseconds, () => {
            if (admit(clock.now()) && !connectionId.startsWith(stuckPrefix)) resolve('delivered');
            else {
              counts.throttled += 1;
              resolve('throttled');
            }
          });
        }),
    };
  }

  async function work(share: readonly Connection[], pace: Pace, isEvent: boolean): Promise<void> {
    const pages = onePage(share);
    const listener = {
      settle: (_: unknown, ending: string) => {
        counts[ending === 'delivered' ? 'delivered' : 'left'] += 1;
        if (ending === 'delivered' && isEvent) lastAt = clock.now();
      },
      onExpired: () => Promise.resolve(undefined),
    };
    const options = { poster: createPoster(), pace, now: clock.now, timers: clock, random };
    await deliverAll(() => texts, pages, never, listener, { ...options, ...limits });
  }

  const all = connectionsOf(connections, stuck);
  const shares = Array.from({ length: workers }, (_, worker) =>
    all.filter((_connection, index) => index % workers === worker),
  );
  const { now } = clock;
  const works = Array.from({ length: fanOuts }, () =>
    shares.map((share) => work(share, createPace({ now, ceiling }), true)),
  ).flat();
  if (heartbeatCeiling !== undefined) {
    const pace = createPace({ now, ceiling: heartbeatCeiling, burstSeconds: catchUpSeconds });
    works.push(work(all, pace, false));
  }
  await clock.run(Promise.all(works));
  return { ...counts, seconds: lastAt / 1000, endSeconds: clock.now() / 1000 };
}

const texts = ['{}'];

const stuckPrefix = 'stuck-';

/** Each of another user; those that are stuck in between. */
function connectionsOf(count: number, stuck: number): readonly Connection[] {
  return Array.from({ length: count }, (_, index) => {
    const isStuck = Math.floor(((index + 1) * stuck) / count) > Math.floor((index * stuck) / count);
    const id = `${isStuck ? stuckPrefix : ''}${index}`;
    return { userId: id, connectionId: id, connectedAt: 0, expiresAt: never };
  });
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
