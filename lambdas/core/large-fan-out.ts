// Above so many connections one worker is not enough: each shard becomes a job of its own.
import type { CensusStore, Clock, DeliveryQueue, Log } from './ports';
import { shards } from './shard';

/** A frame that goes to everybody. */
export interface Announcement {
  readonly frame: string;
  readonly type: string;
  /** Milliseconds since the Unix epoch. */
  readonly reportedAt: number;
}

/**
 * Hands a frame to the queue, one job per shard, if the last census says that there are that many
 * connections; false means that the caller is to send it.
 * @throws when the queue does not take the jobs: nothing was sent then, so the caller's event may be repeated
 */
export type LargeFanOut = (announcement: Announcement) => Promise<boolean>;

/** A census changes with a heartbeat; events can come by the hundred a second. */
const rememberedMilliseconds = 5_000;

export function createLargeFanOut(dependencies: {
  readonly census: CensusStore;
  readonly queue: DeliveryQueue;
  readonly now: Clock;
  readonly log: Log;
  /** Connections above which a fan-out is large. */
  readonly threshold: number;
}): LargeFanOut {
  const { census, queue, now, log, threshold } = dependencies;
  let known: { readonly connections: number; readonly at: number } | undefined;

  async function connections(): Promise<number> {
    if (known !== undefined && now() - known.at < rememberedMilliseconds) return known.connections;
    try {
      const counted = await census.read();
      const sum = counted.reduce((total, shard) => total + shard.connections, 0);
      known = { connections: sum, at: now() };
      return sum;
    } catch (error) {
      log.warn('census not read', { error });
      return known?.connections ?? 0;
    }
  }

  return async (announcement) => {
    const count = await connections();
    if (count <= threshold) return false;
    await queue.send(shards.map((shard) => ({ ...announcement, round: 0, shard })));
    log.info('large fan-out', { type: announcement.type, connections: count, jobs: shards.length });
    return true;
  };
}
