// Posts to connections that all get the same, and sees to those that it did not get to.
import type { PostList } from './post-list';
import { joined, type Stragglers } from './retries/stragglers';
import type { ConnectionCounter } from '../connections/count-connections';
import { isExpired } from '../connections/connection';
import type { Pages } from '../posting/pages';
import { postToAll } from '../posting/post-to-all';
import type { Answered, Outcome, PostingOptions } from '../posting/posting';
import { postsPerSecond, type FanOutReport } from './fan-out-report';
import { createFindRefreshed } from '../connections/find-refreshed';
import { GoneCollector } from '../connections/gone-collector';
import { RetryCollector } from './retries/retry-collector';
import type { Connection, ConnectionStore, Lane } from '../connections/ports';
import type { RetryQueue } from './ports';
import type { Log } from '../log';
import type { ShardCursor } from './shard-reader';
import { giveUpAll, isGivenUp, withInspection, type StuckOrder } from './retries/stuck-connections';

/** Connections to which something need not be posted. */
export type IsSkipped = (connection: Connection) => boolean;

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
  /** Who is left out: nothing is posted to them, but they are counted, and ended if they have expired. */
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
  /** Counts who is still there. */
  readonly connectionCounts?: ConnectionCounter | undefined;
  /** Given when nobody waits for stragglers: those of earlier fan-outs, to which nothing is posted, and of this one. */
  readonly stragglers?: Stragglers;
  /** Told once that all but stragglers have their messages, or are left to the queue. */
  readonly onServed?: (answered: Answered) => void;
}

export interface FanOutDependencies extends PostingOptions {
  readonly connections: ConnectionStore;
  readonly queue: RetryQueue;
  readonly log: Log;
}

const nothing: readonly string[] = [];

/** Never throws: EventBridge would repeat the event for everybody. The report has no connection counts. */
export type FanOutToLane = (order: LaneOrder) => Promise<FanOutReport>;

export function createFanOutToLane(dependencies: FanOutDependencies): FanOutToLane {
  const { connections, queue, log, now } = dependencies;
  // Since a record was read, which for a list from the queue is a while ago, its token may have been refreshed.
  const findRefreshed = createFindRefreshed(dependencies);

  return async (order) => {
    const { list, pages, lane, deadline, requeue, stuck: stuckOrder, connectionCounts } = order;
    const { stragglers, isSkipped } = order;
    const startedAt = now();
    const counts = { delivered: 0, gone: 0, lost: 0, expired: 0, skipped: 0, closed: 0 };
    const gone = new GoneCollector(connections, now, log);
    const { round } = order;
    const collect = (rounds: {
      readonly round?: number | undefined;
      readonly stuckRounds: number;
    }) => new RetryCollector(rounds, queue, log);
    const retries = collect({ round, stuckRounds: 0 });
    const stuck = collect({ round, stuckRounds: (stuckOrder?.rounds ?? 0) + 1 });
    // Who took some of the messages reads, and is reached: for the others the rounds begin anew.
    const reached = { left: collect({ stuckRounds: 0 }), stuck: collect({ stuckRounds: 1 }) };
    const givenUp: [Connection, missing: readonly string[]][] = [];
    const collectors = [retries, stuck, reached.left, reached.stuck];
    /** For stragglers that have all of this fan-out's, or are not to get it: counted where it was left. */
    const behind = collect({ stuckRounds: 0 });
    /** Left to whoever waits for the answers. */
    let leftToOthers = 0;

    /** Of a connection to which nothing is posted. */
    const settleSkipped = (connection: Connection) => {
      if (stragglers === undefined || isSkipped?.(connection) === true) counts.skipped += 1;
      else if (!requeue) counts.lost += 1;
      else if (stragglers.leave(connection, list.missingAfter(0))) leftToOthers += 1;
      else retries.add(connection, list.missingAfter(0));
    };

    const settle = (connection: Connection, outcome: Outcome, delivered: number) => {
      if (outcome === 'skipped') {
        connectionCounts?.count(connection);
        settleSkipped(connection);
        return;
      }
      const left = stragglers?.release(connection) ?? nothing;
      if (outcome === 'gone') {
        counts.gone += 1;
        gone.add(connection);
        return;
      }
      connectionCounts?.count(connection);
      const isPutBack = outcome === 'stuck' || (outcome === 'left' && requeue);
      if (left.length > 0 && !isPutBack) behind.add(connection, left);
      const missing = () => joined(list.missingAfter(delivered), left);
      if (outcome === 'delivered') counts.delivered += 1;
      else if (outcome === 'stuck' && delivered > 0) reached.stuck.add(connection, missing());
      else if (outcome === 'stuck' && stuckOrder && isGivenUp(stuckOrder))
        givenUp.push([connection, missing()]);
      else if (outcome === 'stuck') stuck.add(connection, missing());
      else if (outcome === 'left' && requeue)
        (delivered > 0 ? reached.left : retries).add(connection, missing());
      else counts.lost += 1;
    };

    const onExpired = async (connection: Connection) => {
      const refreshed = await findRefreshed(connection);
      if (refreshed !== undefined) {
        if (stragglers?.has(refreshed) !== true) return refreshed;
        settle(refreshed, 'skipped', 0);
        return undefined;
      }
      counts.expired += 1;
      await order.onExpired?.(connection);
      return undefined;
    };

    const isLeftOut = (connection: Connection) =>
      isSkipped?.(connection) === true || stragglers?.has(connection) === true;
    const textsFor =
      (isSkipped ?? stragglers)
        ? (connection: Connection) =>
            isLeftOut(connection) && !isExpired(connection, now()) ? nothing : list.texts
        : () => list.texts;
    const options = stuckOrder ? withInspection(dependencies, stuckOrder.inspector) : dependencies;
    let isServed = false;
    const noteServed = (answered: Answered) => {
      if (!isServed) order.onServed?.(answered);
      isServed = true;
    };
    const onStragglers = (those: readonly Connection[], answered: Answered) => {
      stragglers?.add(those);
      // What others miss does not wait for them either.
      for (const collector of collectors) void collector.flush();
      noteServed(answered);
    };
    const listener = { settle, onExpired, ...(stragglers && { onStragglers }) };
    const counted = await postToAll({ textsFor, pages, deadline, listener }, options);
    const { posts, retried, answered } = counted;
    if (stuckOrder !== undefined) {
      const ended = await giveUpAll(
        givenUp.map(([connection]) => connection),
        stuckOrder,
        () => now() >= deadline,
      );
      counts.closed = ended.closed;
      counts.gone += ended.gone;
      const missing = new Map(givenUp);
      for (const connection of ended.open)
        stuck.add(connection, missing.get(connection) ?? nothing);
    }
    const cursors = order.cursors();
    const shards = { shards: cursors, messages: list.missingAfter(0), lane };
    const [left, ...others] = await Promise.all([
      retries.flush(requeue ? shards : undefined),
      ...[stuck, reached.left, reached.stuck].map((collector) => collector.flush()),
    ]);
    await behind.flush();
    await gone.flush();
    noteServed(answered);
    const ofConnections = (what: 'requeued' | 'lost') =>
      [left, ...others].reduce((sum, one) => sum + one[what].connections, 0);
    const milliseconds = now() - startedAt;
    return {
      ...counts,
      lost: counts.lost + ofConnections('lost'),
      requeued: ofConnections('requeued') + leftToOthers,
      requeuedShards: left.requeued.shards,
      lostShards: cursors.length - left.requeued.shards,
      ...{ posts, retried, milliseconds },
      postsPerSecond: postsPerSecond(posts, milliseconds),
      connectionCounts: [],
    };
  };
}
