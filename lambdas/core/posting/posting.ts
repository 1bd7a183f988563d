// The types of posting: its input, its options, and its results.
import type { InFlightLimit } from './in-flight-limit';
import type { Pace } from './pace';
import type { Pages } from './pages';
import type { Clock, Timers } from '../clock';
import type { Connection, Poster } from '../connections/ports';

/** The texts to post, the connections, the deadline, and the listener. */
export interface Posting {
  /** The texts for a connection: each is one post, in this order. If there are none, nothing is posted to it. */
  readonly textsFor: (connection: Connection) => readonly string[];
  readonly pages: Pages;
  /**
   * Connections to which nothing is posted. They are settled when their page is read, except for expired ones, which wait
   * for their turn. Default: none.
   */
  readonly isSkipped?: IsSkipped | undefined;
  /** Milliseconds since the Unix epoch; no post begins after it. */
  readonly deadline: number;
  readonly listener: PostingListener;
}

/** Whether nothing needs to be posted to a connection. */
export type IsSkipped = (connection: Connection) => boolean;

/**
 * The outcome for one connection. `delivered`: all texts were posted. `skipped`: nothing had to be posted. `filtered`: there
 * are no texts for it. `gone`, `rejected`: as the result of the last post. `left`: not all texts were posted, and a retry job can post the others.
 * `stuck`: the same, but the connection was throttled while the account was not, because its client does not read.
 */
export type Outcome = 'delivered' | 'skipped' | 'filtered' | 'gone' | 'rejected' | 'left' | 'stuck';

interface PostingListener {
  /**
   * Called once for each connection that was taken, except for expired ones.
   * @param delivered the number of texts that were posted to it
   */
  settle(connection: Connection, outcome: Outcome, delivered: number): void;
  /**
   * Called for an expired connection when its turn comes. Never rejects.
   * @returns the current connection if its token has been refreshed; undefined if nothing is to be posted to it
   */
  onExpired(connection: Connection): Promise<Connection | undefined>;
  /**
   * Called at most once, with the stragglers: a few connections whose posts have been in flight for long, while all others
   * have been answered. After that, no post begins; stragglers are settled when their posts have ended. If it is absent,
   * stragglers are not detected.
   */
  onStragglers?(stragglers: readonly Connection[], answered: Answered): void;
}

/** The posts with any result but `retryable`, and the time from the start to the last of their answers. */
export interface Answered {
  readonly posts: number;
  readonly milliseconds: number;
}

export interface PostingOptions {
  readonly poster: Poster;
  readonly pace: Pace;
  readonly now: Clock;
  readonly timers: Timers;
  /** A number from 0 (inclusive) to 1 (exclusive), as Math.random returns. */
  readonly random: () => number;
  /** Maximum posts in flight. */
  readonly concurrency: number;
  /** Maximum posts of one text to one connection. */
  readonly maxAttempts: number;
  /** The same for a connection that is throttled while the account is not; fewer, because all others would wait for it. */
  readonly maxStuckAttempts: number;
  /** The same for a connection whose posts fail. Default: `maxAttempts`. */
  readonly maxFailedAttempts?: number;
  /** Limits the posts in flight further, by their latency. Default: no further limit. */
  readonly inFlight?: InFlightLimit;
  /** Whether other posts that share the pace have priority. Default: false. */
  readonly yields?: boolean;
}

export interface PostCounts {
  readonly posts: number;
  /** The posts that repeat one of the same text to the same connection. */
  readonly retried: number;
  /** Zeros unless latencies are tracked: with `inFlight` or `onStragglers`. */
  readonly answered: Answered;
}

/** The progress of posting to one connection. */
export interface Attempt {
  /** Replaced if its token has been refreshed. */
  connection: Connection;
  /** The texts for it. */
  texts: readonly string[];
  /** The number of texts that were posted successfully. */
  delivered: number;
  /** The number of posts of the next text. */
  made: number;
}
