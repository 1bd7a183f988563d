// A fan-out that other workers do: a job for each shard.
import type { Lane } from '../../connections/ports';
import { shards } from '../../shard';
import type { OutgoingMessage } from '../outgoing-message';
import type { RetryJob } from '../ports';

/**
 * Messages to all connections, a job for each shard.
 * @param lane the only connections that they are for; default: all
 */
export function shardJobs(messages: readonly OutgoingMessage[], lane?: Lane): readonly RetryJob[] {
  const common = { messages, round: 0, ...(lane === undefined ? {} : { lane }) };
  return shards.map((shard) => ({ ...common, shard }));
}
