// The ports of fan-outs: the retry queue, and the recent fan-outs.
import type { ConnectionKey, Connection, Lane } from '../connections/ports';
import type { OutgoingMessage } from './outgoing-message';

/** The rest of a fan-out: messages for a list of connections, or for the connections of a shard after a key. */
export type RetryJob<Message = OutgoingMessage> = {
  /** Not in batches, so that superseded messages can be left out of a retry. */
  readonly messages: readonly Message[];
  /** How often the job has been put back. */
  readonly round: number;
  /** The number of rounds in which its connections were throttled while the account was not. Default: 0. */
  readonly stuckRounds?: number;
} & (
  | { readonly connections: readonly Connection[] }
  | {
      readonly shard: number;
      readonly after?: ConnectionKey;
      /** Only connections of this lane. Default: all. */
      readonly lane?: Lane;
    }
);

export interface RetryQueue {
  /** Enqueues jobs for other workers. Lists of connections and of messages may be split. */
  send(jobs: readonly RetryJob[]): Promise<void>;
}

/** A fan-out that reached every connection of a shard or, without `shard`, of all shards. */
export interface RecentFanOut {
  readonly shard?: number;
  /** When it began to read the connections, in milliseconds since the Unix epoch. */
  readonly startedAt: number;
}

export interface RecentFanOutStore {
  /** Records a fan-out, unless a newer one is recorded. */
  write(reached: RecentFanOut): Promise<void>;
  /** The newest recorded fan-outs, to all shards and to single ones. */
  read(): Promise<readonly RecentFanOut[]>;
}
