// Determines by recent fan-outs which connections have just been sent a message, and need no heartbeat.
import { mayBeOpening } from '../connections/connection';
import { getsEverything } from '../connections/view';
import type { IsSkipped } from '../posting/posting';
import type { FanOutReport } from './fan-out-report';
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { RecentFanOutStore } from './ports';
import { shardOf } from '../shard';

export interface RecentFanOuts {
  /**
   * Records a fan-out if it reached all connections. Never rejects: without the record, only more heartbeats are sent.
   * @param startedAt when it began to read the connections, in milliseconds since the Unix epoch
   * @param shard the only shard of the fan-out; default: all shards
   */
  note(startedAt: number, ended: FanOutReport, shard?: number): Promise<void>;
  /** The connections that need no heartbeat; none of those whose view may leave messages out. Never rejects: if the records cannot be read, no connection is skipped. */
  skipped(): Promise<IsSkipped>;
}

/** For heartbeats that are always sent: nothing is recorded, and no connection is skipped. */
export const noRecentFanOuts: RecentFanOuts = {
  note: () => Promise.resolve(),
  skipped: () => Promise.resolve(() => false),
};

/**
 * API Gateway closes a connection that has been idle for 10 minutes; half a minute is reserved for late heartbeats.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const longestSilenceMilliseconds = 570_000;

/**
 * For heartbeats that are sent only to idle connections. A connection that is skipped was sent a message during the last
 * half interval, so it gets a message at least every one and a half intervals; clients give up after two and a half. With
 * intervals above 380 s, that would exceed API Gateway's idle timeout, so a time of less than half an interval is used.
 */
export function createRecentFanOuts(dependencies: {
  readonly store: RecentFanOutStore;
  readonly now: Clock;
  readonly log: Log;
  readonly heartbeatSeconds: number;
}): RecentFanOuts {
  const { store, now, log, heartbeatSeconds } = dependencies;
  const validMilliseconds = Math.min(
    heartbeatSeconds * 500,
    longestSilenceMilliseconds - heartbeatSeconds * 1000,
  );
  const noted = new Map<number | undefined, number>();

  return {
    async note(startedAt, ended, shard) {
      if (!reachedAll(ended)) return;
      // At most two writes for each period of validity, because there can be hundreds of events a second.
      if (startedAt - (noted.get(shard) ?? -Infinity) < validMilliseconds / 2) return;
      try {
        await store.write({ startedAt, ...(shard === undefined ? {} : { shard }) });
        noted.set(shard, startedAt);
      } catch (error) {
        log.warn('recent fan-out not noted', { error });
      }
    },

    async skipped() {
      try {
        const valid = (await store.read()).filter(
          ({ startedAt }) => startedAt >= now() - validMilliseconds,
        );
        return (connection) =>
          // Which of the messages a connection with a view was sent is not recorded.
          getsEverything(connection.view) &&
          valid.some(
            ({ shard, startedAt }) =>
              // A connection that was opening then may have had no record yet, or API Gateway may have answered 410 for it.
              !mayBeOpening(connection, startedAt) &&
              (shard === undefined || shard === shardOf(connection.userId)),
          );
      } catch (error) {
        log.warn('recent fan-outs not read', { error });
        return () => false;
      }
    },
  };
}

/**
 * Whether each connection that gets everything has the messages, has ended or has expired. Those in the retry queue do not
 * have them yet.
 */
function reachedAll(ended: FanOutReport): boolean {
  const { lost, requeued, requeuedShards, lostShards } = ended;
  return lost + requeued + requeuedShards + lostShards === 0;
}
