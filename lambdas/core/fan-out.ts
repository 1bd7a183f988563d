// One frame to every connection: the one thing this service exists to do.
import { isExpired } from './connection';
import { CensusTaking } from './census-taking';
import { deliverAll, type DeliveryOptions, type Ending } from './delivery';
import { LeftoverCollector } from './leftovers';
import { GoneCollector } from './gone-collector';
import type { Connection, ConnectionStore, DeliveryQueue, Log, ShardCensus } from './ports';
import { shards as allShards } from './shard';
import { createShardReader, type ShardReader, type UnreadShard } from './shard-reader';

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
  /** Whether what could not be sent goes to the queue; else it is dropped. */
  readonly requeue: boolean;
  /** Told of each connection that has expired; nothing is posted to it. */
  readonly onExpired?: (connection: Connection) => Promise<void>;
}

/** What became of one frame. */
export interface FanOutReport {
  readonly delivered: number;
  readonly gone: number;
  /** Refused, or left over and dropped. */
  readonly failed: number;
  /** Posts that were made once more. */
  readonly retried: number;
  /** Connections that were put into the queue for another try. */
  readonly requeued: number;
  readonly expired: number;
  /** Shards that were not read to their end; they are in the queue too. */
  readonly unreadShards: number;
  readonly milliseconds: number;
  readonly postsPerSecond: number;
  /** The connections that are left, by shard; shards that were not read to their end are absent. */
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

  return async (order) => {
    const startedAt = now();
    const source = sourceOf(order, connections, log);
    const counts = { delivered: 0, gone: 0, failed: 0, expired: 0 };
    const gone = new GoneCollector(connections, now, log);
    const leftovers = new LeftoverCollector(order, queue, log);
    const census = new CensusTaking(source.shards);

    const settle = (connection: Connection, ending: Ending) => {
      if (ending === 'gone') {
        counts.gone += 1;
        gone.add(connection);
        return;
      }
      census.count(connection);
      if (ending === 'delivered') counts.delivered += 1;
      else if (ending === 'left' && order.requeue) leftovers.add(connection);
      else counts.failed += 1;
    };
    const expired = async (connection: Connection) => {
      counts.expired += 1;
      await order.onExpired?.(connection);
    };

    const pages = withoutExpired(source.pages, now, expired);
    let retried = 0;
    try {
      ({ retried } = await deliverAll(order.frame, pages, order.deadline, settle, dependencies));
    } catch (error) {
      log.error('fan-out broke off', { type: order.type, error });
    }
    const unread = source.unread();
    const requeued = order.requeue ? await leftovers.flush(unread) : { requeued: 0, lost: 0 };
    await gone.flush();
    const milliseconds = now() - startedAt;
    const posts = counts.delivered + counts.gone + retried;
    return {
      ...counts,
      failed: counts.failed + requeued.lost,
      retried,
      requeued: requeued.requeued,
      unreadShards: unread.length,
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
  readonly pages: AsyncIterator<readonly Connection[]>;
  /** Shards that are gone through from their beginning, and so can be counted. */
  readonly shards: readonly number[];
  unread(): readonly UnreadShard[];
}

function sourceOf({ to }: FanOutOrder, connections: ConnectionStore, log: Log): Source {
  if (to !== undefined && 'connections' in to) {
    return { pages: [to.connections].values() as never, shards: [], unread: () => [] };
  }
  const from = to?.shards ?? allShards.map((shard) => ({ shard }));
  const pages: ShardReader = createShardReader(connections, from, log);
  const whole = from.filter(({ after }: UnreadShard) => after === undefined);
  return { pages, shards: whole.map(({ shard }) => shard), unread: () => pages.unread() };
}

function withoutExpired(
  pages: AsyncIterator<readonly Connection[]>,
  now: () => number,
  onExpired: (connection: Connection) => Promise<void>,
): AsyncIterator<readonly Connection[]> {
  return {
    async next() {
      const page = await pages.next();
      if (page.done === true) return page;
      const time = now();
      if (!page.value.some((connection) => isExpired(connection, time))) return page;
      await Promise.all(page.value.filter((one) => isExpired(one, time)).map(onExpired));
      return { done: false, value: page.value.filter((one) => !isExpired(one, time)) };
    },
  };
}
