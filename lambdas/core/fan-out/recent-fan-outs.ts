// Who has just been sent a message, and so needs no heartbeat: known from broadcasts that reached everybody.
import { mayBeOpening } from '../connections/connection';
import type { IsSkipped } from '../posting/posting';
import type { FanOutReport } from './fan-out-report';
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { RecentFanOutStore } from './ports';
import { shardOf } from '../shard';

export interface RecentFanOuts {
  /**
   * Notes a fan-out that reached everybody. Never rejects: what was not noted costs a heartbeat, no more.
   * @param startedAt when it began to read the connections, in milliseconds since the Unix epoch
   * @param shard the only one that it went to; default: all
   */
  note(startedAt: number, ended: FanOutReport, shard?: number): Promise<void>;
  /** Never rejects: without a record of recent fan-outs, nobody is skipped. */
  skipped(): Promise<IsSkipped>;
}

/** With heartbeats that are always sent there is nothing to note, and nobody to skip. */
export const noRecentFanOuts: RecentFanOuts = {
  note: () => Promise.resolve(),
  skipped: () => Promise.resolve(() => false),
};

/**
 * API Gateway closes a connection that has been silent for 10 minutes; half a minute is for heartbeats that are late.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const longestSilenceMilliseconds = 570_000;

/**
 * For heartbeats that are sent when there was nothing else to send. A connection that is skipped was sent a message
 * during the last half interval: it hears something at least every one and a half, and clients wait for two and a
 * half until they give up. With intervals above 380 s that would be too long for API Gateway: then it is less than half.
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
      if (!reachedEverybody(ended)) return;
      // At most two writes for each period of validity: events can come by the hundred a second.
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
          valid.some(
            ({ shard, startedAt }) =>
              // A connection that was opening then may have had no record yet, or may have been gone to API Gateway.
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

/** Those that were gone or had expired do not miss it; those in the queue still do. */
function reachedEverybody(ended: FanOutReport): boolean {
  const { lost, requeued, requeuedShards, lostShards } = ended;
  return lost + requeued + requeuedShards + lostShards === 0;
}
