// Repeats the status of agents, so that the service reports those as offline whose process has been killed.
/// <reference lib="esnext.disposable" preserve="true" />
import type { AgentStatus, EventMessage } from '../protocol';

/** The options of {@link Publisher.keepAlive}. */
export interface KeepAliveOptions {
  /**
   * The seconds between two reports, 5 to 21,600. The time to live is five times as long, at most a day. So the agent is
   * falsely reported as offline only if four reports in a row are lost or late by an interval. If 2 of 100 are, this happens
   * once in 6 million reports (0.02 to the power of 4 is 1.6 in 10 million): once in two years with a report every 10 s.
   */
  readonly everySeconds: number;
  /** Stops it, as `stop()` does. */
  readonly signal?: AbortSignal;
}

/** An agent whose status is repeated. */
export interface KeptAlive {
  /** Reports the agent as offline, and repeats its status no more. Never rejects. */
  readonly stop: () => Promise<void>;
  /** The same as {@link stop}, for `await using`. */
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** How many intervals the time to live has: see {@link KeepAliveOptions.everySeconds}. */
const intervals = 5;
const longestAliveSeconds = 86_400;
const intervalLimits = { min: 5, max: 21_600 };

/** The maximum time for which the end of the process waits for the last reports, in milliseconds. */
const longestExitMilliseconds = 3_000;
const signals = ['SIGTERM', 'SIGINT'] as const;

type Status = AgentStatus['status'];
type Report = (agentId: string, status: Status) => Promise<void>;

interface Kept {
  status: Status;
  readonly aliveForSeconds: number;
  readonly end: () => void;
}

/** The agents of a publisher that are kept alive. */
export class KeptAgents {
  private readonly kept = new Map<string, Kept>();
  private closed = false;

  /** @param report reports a status; its failures are reported elsewhere */
  constructor(private readonly report: Report) {}

  /** Adds the time to live to the status of an agent that is kept alive. */
  extend<Values extends object>(type: string, values: Values): Values {
    const { agentId } = Object(values) as { agentId: string };
    const kept = type === 'agent:status' ? this.kept.get(agentId) : undefined;
    return kept === undefined ? values : { aliveForSeconds: kept.aliveForSeconds, ...values };
  }

  /** Repeats the status of this valid event from now on, if its agent is kept alive. */
  remember({ type, payload }: EventMessage): void {
    if (type !== 'agent:status') return;
    const kept = this.kept.get(payload.agentId);
    if (kept !== undefined) kept.status = payload.status;
  }

  /** @throws RangeError if the interval is out of range */
  keep(agentId: string, options: KeepAliveOptions): KeptAlive {
    // JavaScript may pass no options.
    const { everySeconds, signal } = Object(options) as KeepAliveOptions;
    const { min, max } = intervalLimits;
    if (!(everySeconds >= min && everySeconds <= max)) {
      const example = 'keepAlive(agentId, { everySeconds: 10 })';
      throw new RangeError(`everySeconds must be a number from ${min} to ${max}, e.g. ${example}`);
    }
    if (this.closed) return this.refuse(agentId);
    this.kept.get(agentId)?.end();
    const aliveForSeconds = Math.min(Math.ceil(everySeconds * intervals), longestAliveSeconds);
    const stop = () => this.stop(agentId, kept);
    const onAbort = () => void stop();
    const timer = setInterval(() => {
      // An agent that has been reported as offline has no time to live.
      if (kept.status !== 'offline') void this.say(agentId, kept.status);
    }, everySeconds * 1000).unref();
    const end = () => {
      clearInterval(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const kept: Kept = { status: 'online', aliveForSeconds, end };
    this.kept.set(agentId, kept);
    this.watchExit();
    void this.say(agentId, kept.status);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    return { stop, [Symbol.asyncDispose]: stop };
  }

  /** Stops all agents, and keeps no further ones alive. Never rejects. */
  async close(): Promise<void> {
    this.closed = true;
    await this.stopAll();
  }

  /** Stops all agents. Never rejects. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.kept].map(([agentId, kept]) => this.stop(agentId, kept)));
  }

  /** The closed publisher refuses the report of the agent, and says so. That is said once, so nothing is repeated. */
  private refuse(agentId: string): KeptAlive {
    void this.say(agentId, 'online');
    const stop = () => Promise.resolve();
    return { stop, [Symbol.asyncDispose]: stop };
  }

  private async stop(agentId: string, kept: Kept): Promise<void> {
    if (this.kept.get(agentId) !== kept) return;
    kept.end();
    this.kept.delete(agentId);
    if (this.kept.size === 0) this.unwatchExit();
    if (kept.status !== 'offline') await this.say(agentId, 'offline');
  }

  private async say(agentId: string, status: Status): Promise<void> {
    try {
      await this.report(agentId, status);
    } catch {
      // The publisher has passed the error to `onError`; the next report follows.
    }
  }

  private watchExit(): void {
    if (keepers.size === 0) {
      process.on('beforeExit', onBeforeExit);
      // First of all, because a listener of the application that is called once is no listener any more when it has been called.
      for (const signal of signals) process.prependListener(signal, onSignal);
    }
    keepers.add(this);
  }

  private unwatchExit(): void {
    keepers.delete(this);
    if (keepers.size > 0) return;
    process.off('beforeExit', onBeforeExit);
    for (const signal of signals) process.off(signal, onSignal);
  }
}

/** Those of this process that keep an agent alive. They share their listeners: a listener of each would be taken for one of the application. */
const keepers = new Set<KeptAgents>();

async function stopKeepers(): Promise<void> {
  await Promise.all([...keepers].map((keeper) => keeper.stopAll()));
}

function onBeforeExit(): void {
  void stopKeepers();
}

/** With a listener, Node.js does not end the process at a signal, so this one ends it, unless the application has its own. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  const late = new Promise((resolve) => setTimeout(resolve, longestExitMilliseconds).unref());
  // By then, nothing is kept alive, so the listeners are removed, and the signal ends the process.
  void Promise.race([stopKeepers(), late]).then(() => process.kill(process.pid, signal));
}
