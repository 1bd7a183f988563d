// Reports the agents that have not reported within their time to live, e.g. as offline.
import type { Coalescer } from '../coalescing/coalescer';
import type { LaneEnd } from '../coalescing/ports';
import { isComplete } from '../broadcasting/broadcast';
import { mapConcurrently, maxConcurrentRequests } from '../map-concurrently';
import type { Clock } from '../clock';
import { messageOfEvent } from '../fan-out/outgoing-message';
import type { Log } from '../log';
import { shards } from '../shard';
import type { SilenceStore, SilentRegister } from './ports';

/**
 * Finds the silent agents, stores what the service reports about them, and sends it. If it ends early, the next call repeats
 * it. Never rejects, because a heartbeat must not fail with it.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 */
export type ReportSilentAgents = (deadline: number) => Promise<void>;

export function createReportSilentAgents(dependencies: {
  readonly silence: SilenceStore;
  readonly coalescer: Pick<Coalescer, 'send'>;
  readonly now: Clock;
  readonly log: Log;
}): ReportSilentAgents {
  const { silence, coalescer, now, log } = dependencies;

  async function find(): Promise<readonly SilentRegister[]> {
    const found: SilentRegister[] = [];
    const read = async (shard: number) => {
      for await (const page of silence.pages(shard, now())) found.push(...page);
    };
    await Promise.all(shards.map(read));
    return found;
  }

  /** Stores the events, and returns the registers that were not reported meanwhile. */
  async function store(found: readonly SilentRegister[]): Promise<readonly SilentRegister[]> {
    const areStored = await mapConcurrently(
      maxConcurrentRequests,
      found,
      async (one) => one.isStored || (await silence.store(one, now())),
    );
    return found.filter((_, index) => areStored[index]);
  }

  return async (deadline) => {
    try {
      const silent = await store(await find());
      if (silent.length === 0) return;
      const messages = silent.map(({ event }) => messageOfEvent(event));
      const ends: LaneEnd[] = [];
      const onFlushed = (flushed: readonly LaneEnd[]) => {
        ends.push(...flushed);
        return Promise.resolve();
      };
      await coalescer.send({ id: `silent-${now()}`, messages, onFlushed }, deadline);
      if (!ends.every(isComplete)) throw new Error('Not every connection was reached.');
      // From here on, it is certain that the messages are sent: by this call, or by another invocation.
      await mapConcurrently(maxConcurrentRequests, silent, (one) => silence.complete(one));
      log.info('silent agents reported', { agents: silent.length });
    } catch (error) {
      log.error('silent agents not reported', { error });
    }
  };
}
