// Simulates Lambda, the retry queue and API Gateway in virtual time; each execution environment has its own CPU and pace.
import { createFanOut } from '#core/fan-out/fan-out';
import type { FanOutDependencies } from '#core/fan-out/lane-request';
import { createPace } from '#core/posting/pace';
import type { RetryJob } from '#core/fan-out/ports';
import type { Log } from '#core/log';
import type { Load } from '../model/load';
import { shardCount } from '../model/measured';
import { createRandom, createSimulatedGateway, type SimulatedGateway } from './simulated-gateway';
import { createCall, createSimulatedConnections, documentedOf } from './simulated-table';
import { deliveryLimits } from './simulation';
import { defaultQuota } from '../model/token-bucket';
import { VirtualClock } from './virtual-clock';

/** The code of one invocation, which runs in an execution environment until the deadline (milliseconds). */
export type Invocation<Environment> = (environment: Environment, deadline: number) => Promise<void>;

/** The start time, in milliseconds since the Unix epoch. */
const start = 1_770_000_000_000;

/** The timeout of one minute, without the time that is reserved for the last posts: lambdas/core/deadline.ts. */
const deadlineMilliseconds = 54_000;

/** Assumed: the time from sending a queue message to the start of its processing. */
const queueMilliseconds = 20;

const nothing = () => undefined;

export class SimulatedService {
  readonly clock = new VirtualClock(1);
  readonly random = createRandom();
  readonly call = createCall(this.clock);
  readonly log: Log = { info: nothing, warn: nothing, error: nothing };
  readonly connectionCounts;
  private readonly gateway: SimulatedGateway;
  private readonly connections: FanOutDependencies['connections'];
  private readonly underWay = new Set<Promise<void>>();
  private readonly jobs: RetryJob[] = [];
  private readonly idleWorkers: (() => Promise<void>)[] = [];

  constructor(
    { connections, documentedShare, maxPostsPerSecond }: Load,
    onDelivered: (text: string, at: number) => void,
  ) {
    this.gateway = createSimulatedGateway(this.clock, defaultQuota, {
      onDelivered: (text) => {
        onDelivered(text, this.now());
      },
    });
    this.connections = createSimulatedConnections(connections, documentedShare, this.call);
    const batched = connections - documentedOf(connections, documentedShare);
    const counted = [{ shard: 0, connections, batched, users: connections, takenAt: start }];
    this.connectionCounts = { read: () => this.call(() => counted) };
    for (let worker = 0; worker < shardCount; worker += 1) {
      this.idleWorkers.push(this.createWorker(maxPostsPerSecond / shardCount));
    }
  }

  readonly now = () => start + this.clock.now();
  readonly posts = () => this.gateway.posts();
  readonly throttled = () => this.gateway.throttled();

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(milliseconds, resolve));
  }

  /** Starts work in the background; `run` waits for it. */
  spawn(work: () => Promise<void>): void {
    const working = work();
    this.underWay.add(working);
    void working.then(() => this.underWay.delete(working));
  }

  /** Advances the time until all work is done, including work in the background. */
  async run(work: () => Promise<void>): Promise<void> {
    const all = async () => {
      await work();
      while (this.underWay.size > 0) await Promise.all(this.underWay);
    };
    await this.clock.run(all());
  }

  /** Creates the dependencies of one execution environment, which has its own pace and CPU. @param ceiling posts a second */
  createFanOutDependencies(ceiling: number): FanOutDependencies {
    const { now, clock, random, log, connections } = this;
    return {
      ...{ ...deliveryLimits, connections, now, timers: clock, random, log },
      ...{ poster: this.gateway.createPoster(), pace: createPace({ now, ceiling }) },
      queue: {
        send: (jobs) =>
          this.call(() => {
            this.sendJobs(jobs);
          }),
      },
    };
  }

  /** Creates a function. It is invoked in the most recently used free environment, or in a new one if none is free. */
  createFunction<Environment>(
    create: () => Environment,
  ): (invocation: Invocation<Environment>) => Promise<void> {
    const free: Environment[] = [];
    return async (invocation) => {
      const environment = free.pop() ?? create();
      await invocation(environment, this.now() + deadlineMilliseconds);
      free.push(environment);
    };
  }

  private sendJobs(jobs: readonly RetryJob[]): void {
    this.spawn(async () => {
      await this.sleep(queueMilliseconds);
      this.jobs.push(...jobs);
      for (const work of this.idleWorkers.splice(0)) this.spawn(work);
    });
  }

  /** Creates a worker, which processes jobs until there are none. */
  private createWorker(ceiling: number): () => Promise<void> {
    const fanOut = createFanOut(this.createFanOutDependencies(ceiling));
    const work = async () => {
      for (;;) {
        const job = this.jobs.shift();
        if (job === undefined) break;
        const to = 'connections' in job ? { connections: job.connections } : { shards: [job] };
        const lane = 'shard' in job && job.lane !== undefined ? { lane: job.lane } : {};
        const deadline = this.now() + deadlineMilliseconds;
        await fanOut({
          messages: job.messages,
          round: job.round,
          to,
          deadline,
          requeue: true,
          ...lane,
        });
      }
      this.idleWorkers.push(work);
    };
    return work;
  }
}
