// Fans out: sends the same messages to every connection.
import type { OutgoingMessage } from './outgoing-message';
import { createPostLists } from './post-lists';
import { ConnectionCounter } from '../connections/count-connections';
import { onePage, type Pages } from '../posting/pages';
import type { InFlightLimit } from '../posting/in-flight-limit';
import { createFanOutToLane } from './fan-out-lane';
import type { FanOutDependencies, LaneRequest, PostingRequest } from './lane-request';
import { mergeReports, type FanOutReport } from './fan-out-report';
import { splitByLane } from './lanes';
import type { Connection, ConnectionStore, Lane } from '../connections/ports';
import type { Log } from '../log';
import { shards as allShards } from '../shard';
import { createShardReader, type ShardCursor } from './shard-reader';

export type { FanOutReport } from './fan-out-report';

/** The messages, their recipients, and the deadline. */
export interface FanOutRequest extends PostingRequest {
  /** Sent in this order: in batches to connections that negotiated them, one by one to all others. */
  readonly messages: readonly OutgoingMessage[];
  /** Default: every connection. */
  readonly to?:
    { readonly connections: readonly Connection[] } | { readonly shards: readonly ShardCursor[] };
  /** Only connections of this lane. Default: all. */
  readonly lane?: Lane;
  /** Whether connections and users are counted. Default: no; it costs memory and CPU time. */
  readonly countConnections?: boolean;
}

/** Never throws, because EventBridge would repeat the event for all connections. */
export type FanOut = (request: FanOutRequest) => Promise<FanOutReport>;

/** The options of fan-outs to both lanes, each of which has its own posts in flight. */
export interface LanesOptions extends FanOutDependencies {
  /** Limits the posts in flight to connections without batches. Default: no limit. */
  readonly singleInFlight?: InFlightLimit;
}

/** Creates the fan-out of each lane. Posts to connections without batches have lower priority, because they are many more. */
export function createLanes(dependencies: LanesOptions) {
  const { singleInFlight } = dependencies;
  const toAll = createFanOutToLane(dependencies);
  const toSingle = createFanOutToLane({
    ...dependencies,
    yields: true,
    ...(singleInFlight === undefined ? {} : { inFlight: singleInFlight }),
  });
  return { all: toAll, batched: toAll, single: toSingle };
}

export function createFanOut(dependencies: LanesOptions): FanOut {
  const { connections, log, now } = dependencies;
  const lanes = createLanes(dependencies);

  return async (request) => {
    const startedAt = now();
    const { messages } = request;
    const source = sourceOf(request, connections, log);
    const connectionCounts =
      request.countConnections === true ? new ConnectionCounter(source.shards) : undefined;
    const common = { ...request, connectionCounts, cursors: () => source.cursors() };
    const toLane = (lane: Lane, pages: Pages): LaneRequest => ({
      ...{ ...common, lane, pages },
      lists: createPostLists(messages, lane),
    });

    async function toLanes(wanted: readonly [Lane, ...Lane[]]): Promise<FanOutReport> {
      const { pages } = splitByLane(source.pages, wanted);
      const [first, ...others] = wanted.map((lane) => lanes[lane](toLane(lane, pages[lane])));
      if (first === undefined) throw new Error('no lane to fan out to');
      return mergeReports([await first, ...(await Promise.all(others))]);
    }

    // A single message is the same for both lanes, so they need not be split.
    const isAlike = messages.length === 1 && request.lane === undefined;
    const report = isAlike
      ? await lanes.all({ ...toLane('single', source.pages), lane: undefined })
      : await toLanes(request.lane === undefined ? ['batched', 'single'] : [request.lane]);
    const cursors = source.cursors().map(({ shard }) => shard);
    return { ...report, connectionCounts: connectionCounts?.result(startedAt, cursors) ?? [] };
  };
}

interface Source {
  readonly pages: Pages;
  /** Shards that are read from their start, and can therefore be counted. */
  readonly shards: readonly number[];
  cursors(): readonly ShardCursor[];
}

function sourceOf({ to }: FanOutRequest, connections: ConnectionStore, log: Log): Source {
  if (to !== undefined && 'connections' in to) {
    return { pages: onePage(to.connections), shards: [], cursors: () => [] };
  }
  const from = to?.shards ?? allShards.map((shard) => ({ shard }));
  const reader = createShardReader(connections, from, log);
  const whole = from.filter(({ after }: ShardCursor) => after === undefined);
  return {
    pages: reader,
    shards: whole.map(({ shard }) => shard),
    cursors: () => reader.cursors(),
  };
}
