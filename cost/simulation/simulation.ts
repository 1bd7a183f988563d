// Simulates fan-outs under the account's quota, with the service's posting and pace and a token bucket for API Gateway.
import { onePage } from '#core/posting/pages';
import { postToAll } from '#core/posting/post-to-all';
import { catchUpSeconds, createPace, type Pace } from '#core/posting/pace';
import type { Connection } from '#core/connections/ports';
import { createRandom, createSimulatedGateway } from './simulated-gateway';
import type { Quota } from '../model/token-bucket';
import { VirtualClock } from './virtual-clock';

export interface Simulation {
  readonly connections: number;
  /** Number of simultaneous fan-outs of events. */
  readonly fanOuts: number;
  /** The number of jobs that share each of them. */
  readonly workers: number;
  /** Maximum posts a second of one job. */
  readonly ceiling: number;
  readonly quota: Quota;
  /** Posts a second of a simultaneous heartbeat to the same connections, sent by one worker. Default: no heartbeat. */
  readonly heartbeatCeiling?: number;
  /** Number of connections whose clients do not read, so that their posts are answered with 429. Default: 0. */
  readonly stuck?: number;
}

export interface SimulationResult {
  readonly delivered: number;
  /** Posts that were answered with 429. */
  readonly throttled: number;
  /** Posts that were not delivered after the last attempt. The service sends them to the retry queue. */
  readonly left: number;
  /** Time from the start to the last delivered post of an event. */
  readonly seconds: number;
  /** Time from the start to the end of all work. */
  readonly endSeconds: number;
}

/** The limits of lambdas/wiring/posting-options.ts. */
export const deliveryLimits = { concurrency: 160, maxAttempts: 5, maxStuckAttempts: 2 } as const;

const never = Number.MAX_SAFE_INTEGER;

/** Runs the simulation in virtual time. It is deterministic: the random numbers for jitter have a fixed seed. */
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
    const posting = { textsFor: () => texts, pages, deadline: never, listener };
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

/** Creates connections, each of a different user. Those whose clients do not read are distributed evenly. */
function connectionsOf(count: number, stuck: number): readonly Connection[] {
  return Array.from({ length: count }, (_, index) => {
    const isStuck = Math.floor(((index + 1) * stuck) / count) > Math.floor((index * stuck) / count);
    const id = `${isStuck ? stuckPrefix : ''}${index}`;
    return { userId: id, connectionId: id, connectedAt: 0, expiresAt: never };
  });
}
