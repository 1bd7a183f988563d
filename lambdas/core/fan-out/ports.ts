// What a fan-out needs from the outside: the retry queue, and when the last ones were.
import type { ConnectionKey, Connection, Lane } from '../connections/ports';
import type { OutgoingMessage } from './outgoing-message';

/** What is left of a fan-out: messages for a list of connections, or for a shard, from a key on. */
export type RetryJob<Message = OutgoingMessage> = {
  /** Not in batches: one that is superseded by the time of another try is left out. */
  readonly messages: readonly Message[];
  /** How often it has been put back already. */
  readonly round: number;
  /** In how many rounds up to now its connections were throttled while the account was not. Default: 0. */
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
  /** Hands the jobs to other workers; lists, of connections and of messages, may be split. */
  send(jobs: readonly RetryJob[]): Promise<void>;
}

/** A message reached every connection: all of a shard's or, if none is named, of all shards. */
export interface RecentFanOut {
  readonly shard?: number;
  /** When its fan-out began to read the connections, in milliseconds since the Unix epoch. */
  readonly startedAt: number;
}

export interface RecentFanOutStore {
  /** Notes it; one that began earlier than what is noted changes nothing. */
  write(reached: RecentFanOut): Promise<void>;
  /** The newest that is known, for all shards and for single ones. */
  read(): Promise<readonly RecentFanOut[]>;
}
