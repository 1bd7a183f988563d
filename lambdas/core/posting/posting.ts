// What is posted to whom, how it is tried, and what became of it.
import type { InFlightLimit } from './in-flight-limit';
import type { Pace } from './pace';
import type { Pages } from './pages';
import type { Clock, Timers } from '../clock';
import type { Connection, Poster } from '../connections/ports';

/** What is to be posted, to whom, until when, and who is told of it. */
export interface Posting {
  /** A post each, in this order, to each connection. */
  readonly texts: readonly string[];
  readonly pages: Pages;
  /**
   * Connections to which nothing is posted. They are settled as a page is read, unless they have expired: those have their
   * turn like all others. Default: none.
   */
  readonly isSkipped?: IsSkipped | undefined;
  /** Milliseconds since the Unix epoch; no post begins after it. */
  readonly deadline: number;
  readonly listener: PostingListener;
}

/** Connections to which something need not be posted. */
export type IsSkipped = (connection: Connection) => boolean;

/**
 * How it ended for one connection. `delivered`: it has all of its texts; `skipped`: it was to have none. `left` is to be
 * tried again by somebody else, and so is `stuck`: it was throttled while the account was not, as its client does not read.
 */
export type Outcome = 'delivered' | 'skipped' | 'gone' | 'rejected' | 'left' | 'stuck';

interface PostingListener {
  /**
   * Told how it ended for each connection that was taken, but for those that have expired.
   * @param delivered how many of its texts it has
   */
  settle(connection: Connection, outcome: Outcome, delivered: number): void;
  /**
   * Told of a connection that has expired when its turn comes. Never rejects.
   * @returns the connection as it is now if its token has been refreshed: then it is posted to; else it is not
   */
  onExpired(connection: Connection): Promise<Connection | undefined>;
  /**
   * If given, nobody waits for stragglers: a few connections whose posts were begun long ago, when all others have been
   * answered. It is told of them, once, and nothing more is posted: they are settled when their posts have ended.
   */
  onStragglers?(stragglers: readonly Connection[], answered: Answered): void;
}

/** Posts that were answered, however, and the time from the beginning until the last of them was. */
export interface Answered {
  readonly posts: number;
  readonly milliseconds: number;
}

export interface PostingOptions {
  readonly poster: Poster;
  readonly pace: Pace;
  readonly now: Clock;
  readonly timers: Timers;
  /** From 0 to below 1, as Math.random. */
  readonly random: () => number;
  /** Posts in flight at the most. */
  readonly concurrency: number;
  /** Posts of one text to one connection at the most. */
  readonly maxAttempts: number;
  /** The same for a connection that is throttled while the account is not: nobody waits for it for long. */
  readonly maxStuckAttempts: number;
  /** The same for a connection whose posts fail: nobody waits for it for long. Default: `maxAttempts`. */
  readonly maxFailedAttempts?: number;
  /** Bounds the posts in flight further, as the measured latency says. Default: it does not. */
  readonly inFlight?: InFlightLimit;
  /** Whether others that share the pace come first. Default: no. */
  readonly yields?: boolean;
}

export interface PostCounts {
  readonly posts: number;
  /** Those of them that were not the first of their text to their connection. */
  readonly retried: number;
  /** Without those that failed; if stragglers are looked for. */
  readonly answered: Answered;
}

/** The texts of one connection on their way to it. */
export interface Attempt {
  /** Replaced when its token has been refreshed. */
  connection: Connection;
  /** How many of the texts it has. */
  delivered: number;
  /** Posts of the next text. */
  made: number;
}
