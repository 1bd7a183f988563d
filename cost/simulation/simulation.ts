// Simulates fan-outs under the account's quota: the posting and the pace that Lambda runs, with a token bucket for API Gateway.
import { onePage } from '#core/posting/pages';
import { postToAll } from '#core/posting/post-to-all';
import { catchUpSeconds, createPace, type Pace } from '#core/posting/pace';
import type { Connection } from '#core/connections/ports';
import { createRandom, createSimulatedGateway } from './simulated-gateway';
import type { Quota } from '../model/token-bucket';
import { VirtualClock } from './virtual-clock';

export interface Simulation {
  readonly connections: number;
  /** Fan-outs of events at the same time. */
  readonly fanOuts: number;
  /** The number of jobs that share each of them. */
  readonly workers: number;
  /** The most posts a second of one job. */
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

/** As in lambdas/wiring/posting-options.ts. */
export const deliveryLimits = { concurrency: 160, maxAttempts: 5, maxStuckAttempts: 2 } as const;

const never = Number.MAX_SAFE_INTEGER;

/** Deterministic: jitter comes from a generator with a fixed seed. */
export async function simulateFanOut(simulation: Simulation): Promise<SimulationResult> {
  const { connections, fanOuts, workers, ceiling, heartbeatCeiling, quota } = simulation;
  const { stuck = 0 } = simulation;
  const clock = new VirtualClock();
  const random = createRandom();
  const isStuck = (connectionId: string) => connectionId.startsWith(stuckPrefix);
  const gateway = createSimulatedGateway(clock, quota, { isStuck });
  const counts = { delivered: 0, left: 0 };
  let lastAt = 0;

  async function work(share: readonly Connection[], pace: Pace, isEvent: boolean): Promise<void> {
    const pages = onePage(share);
    const listener = {
      settle: (_: unknown, outcome: string) => {
        counts[outcome === 'delivered' ? 'delivered' : 'left'] += 1;
        if (outcome === 'delivered' && isEvent) lastAt = clock.now();
      },
      onExpired: () => Promise.resolve(undefined),
    };
    const options = { poster: gateway.createPoster(), pace, now: clock.now, timers: clock, random };
    const posting = { texts, pages, deadline: never, listener };
    await postToAll(posting, { ...options, ...deliveryLimits });
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
  const throttled = gateway.throttled();
  return { ...counts, throttled, seconds: lastAt / 1000, endSeconds: clock.now() / 1000 };
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
