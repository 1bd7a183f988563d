// The numbers of one fan-out in one invocation.
import type { ShardCount } from '../connections/ports';

/**
 * The numbers of one fan-out in one invocation. Each connection that was processed is counted once, in `delivered`, `gone`,
 * `expired`, `skipped`, `filtered`, `requeued`, `closed` or `lost`. The remaining connections of a shard that was not read to its end
 * are counted by the job that continues it. A large fan-out has no report of its own, but each of its jobs has one. So in
 * the sum of all reports of an event, `delivered` is the number of connections that got all of it (those that got it twice
 * count twice), and a connection that is requeued in one report is counted again in another.
 */
export interface FanOutReport {
  /** Connections to which all messages were posted. */
  readonly delivered: number;
  /** Connections that have ended; their records are deleted, unless the connection may still be opening. */
  readonly gone: number;
  /** Connections for which a message was rejected, or neither posted nor queued: they get neither it nor the messages after it. */
  readonly lost: number;
  /** Connections past their expiry, to which nothing was posted. */
  readonly expired: number;
  /** Connections that were left out on purpose. */
  readonly skipped: number;
  /** Connections that may see, or have asked for, none of the messages. */
  readonly filtered: number;
  /**
   * Connections that were put into the retry queue, after the last attempt or at the deadline. Includes stragglers, whose
   * messages were left to the earlier fan-out that waits for their answers.
   */
  readonly requeued: number;
  /** Connections that were closed, because their clients had not read for several rounds. */
  readonly closed: number;
  /** Shards that were not read to their end, and were put into the retry queue. */
  readonly requeuedShards: number;
  /** Shards that were not read to their end, and are not in the retry queue. */
  readonly lostShards: number;
  /** All posts of messages or batches, including those that failed. */
  readonly posts: number;
  /** The posts that repeat one of the same text to the same connection. */
  readonly retried: number;
  /** Time from the start to the last write to the table or the queue. */
  readonly milliseconds: number;
  /** `posts` divided by the time. */
  readonly postsPerSecond: number;
  /** The connections that are left, by shard, if they were counted; without shards that were not read to their end. */
  readonly connectionCounts: readonly ShardCount[];
}

export function postsPerSecond(posts: number, milliseconds: number): number {
  return Math.round((posts * 1000) / Math.max(1, milliseconds));
}

/** Merges the reports of lanes that began together. A shard that was not read to its end counts once, even with a job per lane. */
export function mergeReports(reports: readonly [FanOutReport, ...FanOutReport[]]): FanOutReport {
  const [only, ...others] = reports;
  if (others.length === 0) return only;
  type Count = Exclude<keyof FanOutReport, 'connectionCounts'>;
  const numbersOf = (name: Count) => reports.map((report) => report[name]);
  const sum = (name: Count) => numbersOf(name).reduce((total, one) => total + one, 0);
  const most = (name: Count) => Math.max(...numbersOf(name));
  const milliseconds = most('milliseconds');
  return {
    delivered: sum('delivered'),
    gone: sum('gone'),
    lost: sum('lost'),
    expired: sum('expired'),
    skipped: sum('skipped'),
    filtered: sum('filtered'),
    requeued: sum('requeued'),
    closed: sum('closed'),
    requeuedShards: most('requeuedShards'),
    lostShards: most('lostShards'),
    posts: sum('posts'),
    retried: sum('retried'),
    milliseconds,
    postsPerSecond: postsPerSecond(sum('posts'), milliseconds),
    connectionCounts: reports.flatMap(({ connectionCounts }) => connectionCounts),
  };
}
