// What is to be posted to a lane, and with what.
import type { ConnectionCounter } from '../connections/count-connections';
import type { Connection, ConnectionStore, Lane } from '../connections/ports';
import type { Log } from '../log';
import type { Pages } from '../posting/pages';
import type { Answered, IsSkipped, PostingOptions } from '../posting/posting';
import type { RetryQueue } from './ports';
import type { PostList } from './post-list';
import type { Stragglers } from './retries/stragglers';
import type { StuckOrder } from './retries/stuck-connections';
import type { ShardCursor } from './shard-reader';

/** How connections are posted to, whichever lane they are in. */
export interface PostingOrder {
  /** Milliseconds since the Unix epoch; no post begins after it. */
  readonly deadline: number;
  /** How often what is sent here has been put back. Default: 0. */
  readonly round?: number;
  /**
   * Whether what could not be sent goes to the queue; else it is dropped. Connections that are stuck go there anyway, to
   * be closed in the end.
   */
  readonly requeue: boolean;
  /** Given when the connections may be stuck: they were not reached before. */
  readonly stuck?: StuckOrder;
  /** Connections that are skipped: nothing is posted to them, but they are counted, and closed if they have expired. */
  readonly isSkipped?: IsSkipped;
  /** Told of each connection that has expired; nothing is posted to it. Never rejects. */
  readonly onExpired?: (connection: Connection) => Promise<void>;
}

export interface LaneOrder extends PostingOrder {
  readonly list: PostList;
  readonly pages: Pages;
  /** Whose lane it is; undefined when everybody is in the pages. */
  readonly lane?: Lane | undefined;
  /** Shards that were not read to their end. */
  readonly cursors: () => readonly ShardCursor[];
  /** Counts the connections that have not ended. */
  readonly connectionCounts?: ConnectionCounter | undefined;
  /** Given when nobody waits for stragglers: those of earlier fan-outs, to which nothing is posted, and of this one. */
  readonly stragglers?: Stragglers;
  /** Called once, when all connections but stragglers have their messages, or are left to the queue. */
  readonly onServed?: (answered: Answered) => void;
}

export interface FanOutDependencies extends PostingOptions {
  readonly connections: ConnectionStore;
  readonly queue: RetryQueue;
  readonly log: Log;
}
