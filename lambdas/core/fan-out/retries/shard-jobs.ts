// Creates the jobs of a fan-out that other workers make: one for each shard.
import type { Lane } from '../../connections/ports';
import { shards } from '../../shard';
import type { OutgoingMessage } from '../outgoing-message';
import type { RetryJob } from '../ports';

/**
 * The jobs that send messages to all connections, one for each shard.
 * @param lane the only lane that gets them; default: both
 */
export function shardJobs(messages: readonly OutgoingMessage[], lane?: Lane): readonly RetryJob[] {
  const common = { messages, round: 0, ...(lane === undefined ? {} : { lane }) };
  return shards.map((shard) => ({ ...common, shard }));
}
