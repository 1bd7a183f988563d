// Execution environments of `broadcast` in virtual time: they share a table, have clocks with skew, and can be killed.
import { VirtualClock } from '#cost/simulation/virtual-clock';
import { createCoalescer, type Coalescer, type Outgoing } from '#core/coalescing/coalescer';
import { messageOfEvent } from '#core/fan-out/outgoing-message';
import type { Lane } from '#core/connections/ports';
import type { FanOutLease, Flush, PendingStore } from '#core/coalescing/ports';
import { MemoryFanOutLease, MemoryPendingStore } from '#cost/simulation/memory-coalescing';
import { agentEvent } from '../data/events';
import { RecordingLog } from './fakes';

export interface CoalescingHarnessOptions {
  readonly coalesceMilliseconds?: number;
  /** From 0 to below 1, as Math.random. */
  readonly random: () => number;
  /** The clock skews of the environments, in milliseconds, used in turn. Default: none. */
  readonly skews?: readonly number[];
  /** The maximum latency of a request or a response, in milliseconds. Default: 8. */
  readonly latencyMilliseconds?: number;
  /** The additional duration of the write of an event's register, in milliseconds. Default: 0. */
  readonly storeMilliseconds?: (id: string) => number;
  /** The numbers of the steps at which the environment of the step is killed. Steps are all requests and responses. */
  readonly deaths?: readonly number[];
  /** Periods in which the table responds only with errors, in milliseconds from the beginning. */
  readonly outages?: readonly (readonly [from: number, until: number])[];
  /** The duration of the posts to all connections of a lane, in milliseconds. */
  readonly flushMilliseconds?: Readonly<Record<Lane, number>>;
}

/** The lanes: one connection with batches, and one without. */
const lanes = ['batched', 'single'] as const;

/** The pause before Lambda retries an event. On AWS it is a minute; the shorter one tests the same. */
const lambdaRetryMilliseconds = 3_000;

/** The timeout of an invocation. */
const timeoutMilliseconds = 20_000;

class Died extends Error {}

interface Environment {
  readonly coalescer: Coalescer;
  isAlive: boolean;
  isBusy: boolean;
  /** Rejects `death`. */
  die: (reason: Died) => void;
  readonly death: Promise<never>;
}

export class CoalescingHarness {
  readonly clock = new VirtualClock();
  readonly lease = new MemoryFanOutLease();
  readonly pending = new MemoryPendingStore();
  readonly log = new RecordingLog();
  /** For each lane, the times at which each message was received, by its text. */
  readonly heard = { batched: new Map<string, number[]>(), single: new Map<string, number[]>() };
  readonly flushes: { readonly at: number; readonly messages: number }[] = [];
  /** The drains that were handed over to other workers. */
  readonly handedOver: Promise<void>[] = [];
  private readonly reportedAt = new Map<string, number>();
  private steps = 0;
  private readonly environments: Environment[] = [];
  private readonly completed = new Set<string>();

  constructor(private readonly options: CoalescingHarnessOptions) {}

  /** Reports an event with Lambda's retries. */
  async report(id: string): Promise<void> {
    this.reportedAt.set(this.textOf(id), this.clock.now());
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const broadcast = (environment: Environment, deadline: number) =>
        environment.coalescer.send(this.store(id, environment), deadline);
      if (await this.invoke(broadcast)) return;
      await this.sleep(lambdaRetryMilliseconds);
    }
    throw new Error(`${id} was given up.`);
  }

  /** Drains the pending events, as a heartbeat does. */
  async drain(): Promise<void> {
    await this.invoke(({ coalescer }, deadline) => coalescer.drain(deadline));
  }

  textOf(id: string): string {
    return messageOfEvent(this.eventOf(id)).text;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(milliseconds, resolve));
  }

  private eventOf(id: string) {
    return agentEvent(id, 'online', 1_770_000_000_000);
  }

  /** Writes the register of an event; undefined if the event is stale. */
  private async store(id: string, environment: Environment): Promise<Outgoing | undefined> {
    const { storeMilliseconds = () => 0 } = this.options;
    await this.step(environment, 2 * this.latency() + storeMilliseconds(id));
    // An event whose broadcast is completed is stale.
    if (this.completed.has(id)) return undefined;
    const messages = [messageOfEvent(this.eventOf(id))];
    const onFlushed = () => {
      this.completed.add(id);
      return Promise.resolve();
    };
    return { id, messages, onFlushed };
  }

  /** Runs `work` in an idle environment or in a new one; returns false if the environment was killed or `work` threw. */
  private async invoke(
    work: (environment: Environment, deadline: number) => Promise<void>,
  ): Promise<boolean> {
    const environment =
      this.environments.find(({ isAlive, isBusy }) => isAlive && !isBusy) ?? this.create();
    environment.isBusy = true;
    try {
      const deadline = this.nowOf(environment) + timeoutMilliseconds;
      await Promise.race([work(environment, deadline), environment.death]);
      return true;
    } catch (error) {
      if (!(error instanceof Died)) this.log.error('retry job failed', { error });
      return false;
    } finally {
      environment.isBusy = false;
    }
  }

  private readonly skewOf = new Map<Environment, number>();
  private nowOf(environment: Environment): number {
    return this.start + Math.round(this.clock.now()) + (this.skewOf.get(environment) ?? 0);
  }
  /** The time in milliseconds since the Unix epoch at which the clocks begin. */
  private readonly start = 1_770_000_000_000;

  private create(): Environment {
    const { coalesceMilliseconds = 500, skews = [0] } = this.options;
    let die: Environment['die'] = () => undefined;
    const death = new Promise<never>((_, reject) => (die = reject));
    death.catch(() => undefined);
    const environment: Environment = {
      ...{ isAlive: true, isBusy: false, die, death },
      coalescer: createCoalescer({
        lease: this.overNetwork(this.lease, () => environment),
        pending: this.overNetwork(this.pending, () => environment),
        flush: this.flushOf(() => environment),
        handOver: () => {
          this.handedOver.push(this.drain());
          return Promise.resolve();
        },
        createId: () => String(this.options.random()),
        now: () => this.nowOf(environment),
        timers: {
          after: (milliseconds, task) =>
            this.clock.after(milliseconds, () => {
              if (environment.isAlive) task();
            }),
        },
        log: this.log,
        coalesceMilliseconds,
      }),
    };
    this.skewOf.set(environment, skews[this.environments.length % skews.length] ?? 0);
    this.environments.push(environment);
    return environment;
  }

  /** A step of an environment. If the environment is killed, the step never ends. */
  private async step(environment: Environment, milliseconds: number): Promise<void> {
    await this.sleep(milliseconds);
    this.steps += 1;
    if (environment.isAlive && this.options.deaths?.includes(this.steps) === true) {
      environment.isAlive = false;
      environment.die(new Died());
    }
    if (!environment.isAlive) await new Promise(() => undefined);
  }

  private latency(): number {
    const { latencyMilliseconds = 8, random } = this.options;
    return 0.5 + random() * latencyMilliseconds;
  }

  private isOut(): boolean {
    const { outages = [] } = this.options;
    return outages.some(([from, until]) => this.clock.now() >= from && this.clock.now() < until);
  }

  /** The same port, with latency for each request and each response. */
  private overNetwork<Port extends FanOutLease | PendingStore>(
    port: Port,
    environmentOf: () => Environment,
  ): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const method = (target as unknown as Record<string | symbol, unknown>)[name];
        if (typeof method !== 'function') return method;
        return async (...args: readonly unknown[]) => {
          await this.step(environmentOf(), this.latency());
          if (this.isOut()) throw new Error('the table is throttled');
          const call = method as (...given: readonly unknown[]) => Promise<unknown>;
          const result = await call.apply(target, [...args]);
          await this.step(environmentOf(), this.latency());
          return result;
        };
      },
    });
  }

  private flushOf(environmentOf: () => Environment): Flush {
    const { flushMilliseconds = { batched: 12, single: 12 } } = this.options;
    return (order) => {
      this.flushes.push({ at: this.clock.now(), messages: order.batched.length });
      const post = async (lane: Lane) => {
        const messages = order[lane] ?? [];
        await this.step(environmentOf(), flushMilliseconds[lane] / 2);
        for (const { text } of messages) {
          const times = this.heard[lane].get(text) ?? [];
          this.heard[lane].set(text, [...times, this.clock.now()]);
        }
        await this.step(environmentOf(), flushMilliseconds[lane] / 2);
        return undefined;
      };
      const [batched, single] = [post('batched'), post('single')];
      const none = () => undefined;
      return {
        batched,
        single,
        served: { batched: batched.then(none), single: single.then(none) },
      };
    };
  }

  /** The ids of the events that a lane did not receive, with the lane. */
  missed(ids: readonly string[]): string[] {
    return lanes.flatMap((lane) =>
      ids.filter((id) => !this.heard[lane].has(this.textOf(id))).map((id) => `${lane} ${id}`),
    );
  }

  /** The longest time from the report of an event to its first receipt in a lane, in milliseconds. */
  longestWait(lane: Lane): number {
    const waits = [...this.heard[lane]].map(
      ([text, [first = Infinity]]) => first - (this.reportedAt.get(text) ?? Infinity),
    );
    return Math.max(0, ...waits);
  }

  duplicates(): number {
    return lanes
      .flatMap((lane) => [...this.heard[lane].values()])
      .reduce((sum, times) => sum + times.length - 1, 0);
  }
}
