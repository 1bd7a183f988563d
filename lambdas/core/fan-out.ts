// One frame to every connection: the one thing this service exists to do.
import { CensusTaking } from './census-taking';
import { isExpired } from './connection';
import { deliverAll, onePage, type DeliveryOptions, type Ending, type Pages } from './delivery';
import { createFindExtended } from './find-extended';
import { GoneCollector } from './gone-collector';
import { LeftoverCollector } from './leftovers';
import type { Connection, ConnectionStore, DeliveryQueue, Log, ShardCensus } from './ports';
import { shards as allShards } from './shard';
import { createShardReader, type UnreadShard } from './shard-reader';
import { giveUpAll, isGivenUp, withInspection, type StuckOrder } from './stuck-connections';

/** Connections to which something need not be posted. */
export type IsSpared = (connection: Connection) => boolean;

/** What is to be sent, to whom, and until when. */
export interface FanOutOrder {
  readonly frame: string;
  /** The frame's type. */
  readonly type: string;
  /** When the event was reported, in milliseconds since the Unix epoch. */
  readonly reportedAt: number;
  /** Milliseconds since the Unix epoch; no post begins after it. */
  readonly deadline: number;
  /** Default: every connection. */
  readonly to?:
    { readonly connections: readonly Connection[] } | { readonly shards: readonly UnreadShard[] };
  /** How often what is sent here has been put back. Default: 0. */
  readonly round?: number;
  /**
   * Whether what could not be sent goes to the queue; else it is dropped. Connections that are stuck go there anyway, to
   * be closed in the end.
   */
  readonly requeue: boolean;
  /** Given when the connections may be stuck: they were not reached before. */
  readonly stuck?: StuckOrder;
  /** Who is left out: nothing is posted to them, but they are counted, and ended if they have expired. */
  readonly isSpared?: IsSpared;
  /** Whether connections and users are counted. Default: no; it has its price. */
  readonly takeCensus?: boolean;
  /** Told of each connection that has expired; nothing is posted to it. Never rejects. */
  readonly onExpired?: (connection: Connection) => Promise<void>;
}

/**
 * What became of one frame, in one invocation. Each connection that it came to is counted once, in `delivered`,
 * `gone`, `expired`, `spared`, `requeued`, `closed` or `failed`. Those in shards that were not read to their end are counted
 * by whoever goes on there; a large fan-out has no report of its own, but each of its jobs has one. So over all
 * reports of an event, `delivered` counts those who got the frame (who got it twice, twice), and what is requeued in
 * one report is met again in another.
 */
export interface FanOutReport {
  /** Connections to which the frame was posted. */
  readonly delivered: number;
  /** Connections that are no more; their records are deleted, unless they may only be opening. */
  readonly gone: number;
  /** Connections that were refused the frame, or left over and not queued: they do not get it. */
  readonly failed: number;
  /** Connections past their expiry, to which nothing was posted. */
  readonly expired: number;
  /** Connections that were left out on purpose. */
  readonly spared: number;
  /** Connections that were put into the queue for another try: after the last attempt, or as time ran out. */
  readonly requeued: number;
  /** Connections that were given up and closed, as their clients had not read for several rounds. */
  readonly closed: number;
  /** Shards that were not read to their end and were put into the queue, to go on in. */
  readonly requeuedShards: number;
  /** Shards that were not read to their end, and in which nobody goes on. */
  readonly lostShards: number;
  /** Posts, of all that were made, that were not the first to their connection. */
  readonly retried: number;
  /** From the beginning to the last write to store or queue. */
  readonly milliseconds: number;
  /** All posts, those that failed as well, by `milliseconds`. */
  readonly postsPerSecond: number;
  /** If it was taken, the connections that are left, by shard; without shards that were not read to their end. */
  readonly census: readonly ShardCensus[];
}

/** Never throws: EventBridge would repeat the event for everybody. */
export type FanOut = (order: FanOutOrder) => Promise<FanOutReport>;

export interface FanOutDependencies extends DeliveryOptions {
  readonly connections: ConnectionStore;
  readonly queue: DeliveryQueue;
  readonly log: Log;
}

export function createFanOut(dependencies: FanOutDependencies): FanOut {
  const { connections, queue, log, now } = dependencies;
  // Since a record was read, which for a list from the queue is a while ago, its token may have been refreshed.
  const findExtended = createFindExtended(dependencies);

  return async (order) => {
    const startedAt = now();
    const source = sourceOf(order, connections, log);
    const counts = { delivered: 0, gone: 0, failed: 0, expired: 0, spared: 0, closed: 0 };
    const gone = new GoneCollector(connections, now, log);
    const leftovers = new LeftoverCollector({ ...order, stuckRounds: 0 }, queue, log);
    const stuckRounds = (order.stuck?.rounds ?? 0) + 1;
    const stuck = new LeftoverCollector({ ...order, stuckRounds }, queue, log);
    const givenUp: Connection[] = [];
    const census = new CensusTaking(order.takeCensus === true ? source.shards : []);

    const settle = (connection: Connection, ending: Ending) => {
      if (ending === 'gone') {
        counts.gone += 1;
        gone.add(connection);
        return;
      }
      if (order.takeCensus === true) census.count(connection);
      if (ending === 'delivered') counts.delivered += 1;
      else if (ending === 'stuck' && order.stuck && isGivenUp(order.stuck))
        givenUp.push(connection);
      else if (ending === 'stuck') stuck.add(connection);
      else if (ending === 'left' && order.requeue) leftovers.add(connection);
      else counts.failed += 1;
    };

    const isSpared = (connection: Connection) => {
      if (order.isSpared?.(connection) !== true || isExpired(connection, now())) return false;
      counts.spared += 1;
      if (order.takeCensus === true) census.count(connection);
      return true;
    };

    const onExpired = async (connection: Connection) => {
      const extended = await findExtended(connection);
      if (extended !== undefined) return extended;
      counts.expired += 1;
      await order.onExpired?.(connection);
      return undefined;
    };

    const listener = { settle, onExpired };
    const { frame, deadline } = order;
    const pages = order.isSpared ? without(isSpared, source.pages) : source.pages;
    const options = order.stuck
      ? withInspection(dependencies, order.stuck.inspector)
      : dependencies;
    const { posts, retried } = await deliverAll(frame, pages, deadline, listener, options);
    if (order.stuck !== undefined) {
      const open = await giveUpAll(givenUp, order.stuck, () => now() >= deadline);
      counts.closed = givenUp.length - open.length;
      for (const connection of open) stuck.add(connection);
    }
    const unread = source.unread();
    const [left, stillStuck] = await Promise.all([
      leftovers.flush(order.requeue ? unread : []),
      stuck.flush([]),
      gone.flush(),
    ]);
    const milliseconds = now() - startedAt;
    return {
      ...counts,
      failed: counts.failed + left.lost.connections + stillStuck.lost.connections,
      retried,
      requeued: left.requeued.connections + stillStuck.requeued.connections,
      requeuedShards: left.requeued.shards,
      lostShards: unread.length - left.requeued.shards,
      milliseconds,
      postsPerSecond: Math.round((posts * 1000) / Math.max(1, milliseconds)),
      census: census.result(
        startedAt,
        unread.map(({ shard }) => shard),
      ),
    };
  };
}

interface Source {
  readonly pages: Pages;
  /** Shards that are gone through from their beginning, and so can be counted. */
  readonly shards: readonly number[];
  unread(): readonly UnreadShard[];
}

function sourceOf({ to }: FanOutOrder, connections: ConnectionStore, log: Log): Source {
  if (to !== undefined && 'connections' in to) {
    return { pages: onePage(to.connections), shards: [], unread: () => [] };
  }
  const from = to?.shards ?? allShards.map((shard) => ({ shard }));
  const reader = createShardReader(connections, from, log);
  const whole = from.filter(({ after }: UnreadShard) => after === undefined);
  return {
    pages: reader,
    shards: whole.map(({ shard }) => shard),
    unread: () => reader.unread(),
  };
}

/** The same pages but for the connections that are not to be posted to. */
function without(isSpared: IsSpared, pages: Pages): Pages {
  return {
    arrive: () => pages.arrive(),
    take: () => pages.take().filter((connection) => !isSpared(connection)),
  };
}
