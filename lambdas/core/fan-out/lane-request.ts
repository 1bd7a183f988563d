// The input and the dependencies of a fan-out to one lane.
import type { ConnectionCounter } from '../connections/count-connections';
import type { Connection, ConnectionStore, Lane } from '../connections/ports';
import type { Log } from '../log';
import type { Pages } from '../posting/pages';
import type { Answered, IsSkipped, PostingOptions } from '../posting/posting';
import type { RetryQueue } from './ports';
import type { PostLists } from './post-lists';
import type { Stragglers } from './retries/stragglers';
import type { StuckRequest } from './retries/stuck-connections';
import type { ShardCursor } from './shard-reader';

/** How connections are posted to, in any lane. */
export interface PostingRequest {
  /** Milliseconds since the Unix epoch; no post begins after it. */
  readonly deadline: number;
  /** How often the job has been put back into the retry queue. Default: 0. */
  readonly round?: number;
  /**
   * Whether messages that could not be sent go to the retry queue; otherwise they are dropped. Stuck connections go there in
   * any case, so that they are closed in the end.
   */
  readonly requeue: boolean;
  /** Given if the connections may be stuck, because they were not reached before. */
  readonly stuck?: StuckRequest;
  /** Connections to which nothing is posted. They are still counted, and closed if they have expired. */
  readonly isSkipped?: IsSkipped;
  /** Called for each expired connection; nothing is posted to it. Never rejects. */
  readonly onExpired?: (connection: Connection) => Promise<void>;
}

export interface LaneRequest extends PostingRequest {
  readonly lists: PostLists;
  readonly pages: Pages;
  /** The lane; undefined if the pages have the connections of both lanes. */
  readonly lane?: Lane | undefined;
  /** Returns the shards that were not read to their end. */
  readonly cursors: () => readonly ShardCursor[];
  /** Counts the connections that have not ended. */
  readonly connectionCounts?: ConnectionCounter | undefined;
  /** Given if stragglers are not waited for: those of earlier fan-outs, to which nothing is posted, and of this one. */
  readonly stragglers?: Stragglers;
  /** Called once, when all connections except stragglers have their messages, or are left to the retry queue. */
  readonly onServed?: (answered: Answered) => void;
}

export interface FanOutDependencies extends PostingOptions {
  readonly connections: ConnectionStore;
  readonly queue: RetryQueue;
  readonly log: Log;
}
