// Above so many connections one worker is not enough: each shard becomes a job of its own.
import { typeOf, type OutgoingMessage } from './outgoing-message';
import { createConnectionCount } from '../connections/connection-count';
import type { ConnectionCountStore } from '../connections/ports';
import type { Clock } from '../clock';
import type { RetryQueue } from './ports';
import type { Log } from '../log';
import { shardJobs } from './retries/shard-jobs';

/**
 * Hands messages to the queue, one job per shard, if the last connection count says that there are that many
 * connections; false means that the caller is to send them.
 * @throws when the queue does not take the jobs: nothing was sent then, so the caller's event may be repeated
 */
export type LargeFanOut = (messages: readonly OutgoingMessage[]) => Promise<boolean>;

export function createLargeFanOut(dependencies: {
  readonly connectionCounts: Pick<ConnectionCountStore, 'read'>;
  readonly queue: RetryQueue;
  readonly now: Clock;
  readonly log: Log;
  /** Connections above which a fan-out is large. */
  readonly threshold: number;
}): LargeFanOut {
  const { queue, log, threshold } = dependencies;
  const countConnections = createConnectionCount(dependencies);

  return async (messages) => {
    const { all: connections } = await countConnections();
    if (connections <= threshold) return false;
    const jobs = shardJobs(messages);
    await queue.send(jobs);
    log.info('large fan-out', { type: typeOf(messages), connections, jobs: jobs.length });
    return true;
  };
}
