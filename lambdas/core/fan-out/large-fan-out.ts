// Splits a fan-out to more connections than one worker can post to into jobs, one for each shard.
import { typeOf, type OutgoingMessage } from './outgoing-message';
import { createConnectionCount } from '../connections/connection-count';
import type { ConnectionCountStore } from '../connections/ports';
import type { Clock } from '../clock';
import type { RetryQueue } from './ports';
import type { Log } from '../log';
import { shardJobs } from './retries/shard-jobs';

/**
 * Puts messages into the retry queue, one job for each shard, if the last connection count is above the threshold.
 * @returns false if it is not: the caller has to send the messages
 * @throws if the queue does not accept the jobs; the caller's event can be retried then
 */
export type LargeFanOut = (messages: readonly OutgoingMessage[]) => Promise<boolean>;

export function createLargeFanOut(dependencies: {
  readonly connectionCounts: Pick<ConnectionCountStore, 'read'>;
  readonly queue: RetryQueue;
  readonly now: Clock;
  readonly log: Log;
  /** The number of connections above which a fan-out is large. */
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
