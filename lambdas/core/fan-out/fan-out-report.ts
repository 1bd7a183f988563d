// What became of messages in one invocation, in numbers.
import type { ShardCount } from '../connections/ports';

/**
 * What became of the messages of one fan-out, in one invocation. Each connection that it came to is counted once, in
 * `delivered`, `gone`, `expired`, `skipped`, `requeued`, `closed` or `lost`. Those in shards that were not read to their
 * end are counted by whoever goes on there; a large fan-out has no report of its own, but each of its jobs has one. So
 * over all reports of an event, `delivered` counts the connections that got all of it (twice those that got it twice), and
 * what is requeued in one report is counted again in another.
 */
export interface FanOutReport {
  /** Connections to which all messages were posted. */
  readonly delivered: number;
  /** Connections that have ended; their records are deleted, unless the connection may only be opening. */
  readonly gone: number;
  /** Connections whose message was rejected, or was neither posted nor queued: they do not get it, nor those after it. */
  readonly lost: number;
  /** Connections past their expiry, to which nothing was posted. */
  readonly expired: number;
  /** Connections that were left out on purpose. */
  readonly skipped: number;
  /**
   * Connections that were put into the queue for another try: after the last attempt, or as time ran out; or that will be,
   * by an earlier fan-out whose post they have not answered yet.
   */
  readonly requeued: number;
  /** Connections that were given up and closed, as their clients had not read for several rounds. */
  readonly closed: number;
  /** Shards that were not read to their end and were put into the queue, to be read on. */
  readonly requeuedShards: number;
  /** Shards that were not read to their end, and that nobody reads on. */
  readonly lostShards: number;
  /** All posts, those that failed as well: messages, or batches of them. */
  readonly posts: number;
  /** Those of them that were not the first of their text to their connection. */
  readonly retried: number;
  /** From the beginning to the last write to store or queue. */
  readonly milliseconds: number;
  /** `posts` by `milliseconds`. */
  readonly postsPerSecond: number;
  /** If it was taken, the connections that are left, by shard; without shards that were not read to their end. */
  readonly connectionCounts: readonly ShardCount[];
}

export function postsPerSecond(posts: number, milliseconds: number): number {
  return Math.round((posts * 1000) / Math.max(1, milliseconds));
}

/** One report of lanes that began together. A shard that is not read to its end counts once, although each lane has a job for it. */
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
