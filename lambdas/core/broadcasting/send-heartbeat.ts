// Sends a heartbeat, counts the connections, and closes those that have expired.
import type { CloseConnection } from '../connections/close-connection';
import type { FanOut, FanOutRequest } from '../fan-out/fan-out';
import type { ConnectionCountStore } from '../connections/ports';
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { RecentFanOuts } from '../fan-out/recent-fan-outs';
import type { ReportFanOut } from '../fan-out/report-fan-out';

/** The minimum timeout of a heartbeat, in milliseconds: queues and cold starts cause delays. */
const shortestTimeout = 5_000;

/** Milliseconds after which a heartbeat is dropped, because the next one follows. */
export function timeoutOf(heartbeatSeconds: number): number {
  return Math.max(heartbeatSeconds * 1000, shortestTimeout);
}

/**
 * Sends a heartbeat to all connections, or to some shards, and counts the connections. Posts that fail are not put into
 * the retry queue. The whole heartbeat is dropped if it is late, as a job of a large fan-out may be.
 */
export type SendHeartbeat = (
  request: Omit<
    FanOutRequest,
    'requeue' | 'countConnections' | 'onExpired' | 'round' | 'isSkipped'
  > & {
    /**
     * Whether a flush sends the heartbeat to all connections: then it is not posted here, but connections are still counted,
     * and closed if they have expired. Default: false.
     */
    readonly isCarried?: boolean;
  },
) => Promise<void>;

export function createSendHeartbeat(dependencies: {
  readonly fanOut: FanOut;
  readonly closeConnection: CloseConnection;
  readonly connectionCounts: ConnectionCountStore;
  readonly recentFanOuts: Pick<RecentFanOuts, 'skipped'>;
  readonly report: ReportFanOut;
  readonly now: Clock;
  readonly log: Log;
  readonly heartbeatSeconds: number;
}): SendHeartbeat {
  const { fanOut, closeConnection, connectionCounts, recentFanOuts, report, now, log } =
    dependencies;
  const timeout = timeoutOf(dependencies.heartbeatSeconds);

  return async ({ isCarried = false, ...request }) => {
    const { messages } = request;
    const sentAt = Math.min(...messages.map(({ reportedAt }) => reportedAt));
    const lateMilliseconds = now() - sentAt;
    if (lateMilliseconds >= timeout) {
      log.warn('late heartbeat dropped', { lateMilliseconds });
      return;
    }
    const ended = await fanOut({
      ...request,
      deadline: Math.min(request.deadline, sentAt + timeout),
      // A lost heartbeat is not retried: the next one replaces it.
      requeue: false,
      countConnections: true,
      isSkipped: isCarried ? () => true : await recentFanOuts.skipped(),
      onExpired: async (connection) => {
        await closeConnection(connection, 'token_expired');
      },
    });
    await Promise.all(ended.connectionCounts.map((shard) => connectionCounts.write(shard)));
    report({ messages }, ended);
  };
}
