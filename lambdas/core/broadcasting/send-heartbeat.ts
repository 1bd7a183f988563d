// A heartbeat on its way: besides proving that connections live, it counts them and ends those that expired.
import type { CloseConnection } from '../connections/close-connection';
import type { FanOut, FanOutOrder } from '../fan-out/fan-out';
import type { ConnectionCountStore } from '../connections/ports';
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { RecentFanOuts } from '../fan-out/recent-fan-outs';
import type { ReportFanOut } from '../fan-out/report-fan-out';

/** What any heartbeat may be late, in milliseconds: queues and cold starts take their time. */
const shortestTimeout = 5_000;

/** Milliseconds after which a heartbeat proves nothing: the next one is on its way. */
export function timeoutOf(heartbeatSeconds: number): number {
  return Math.max(heartbeatSeconds * 1000, shortestTimeout);
}

/**
 * Sends a heartbeat to all, or to some shards, and counts their connections. What could not be sent is dropped, and so is
 * all of it when it is late, as a job of a large fan-out may be.
 */
export type SendHeartbeat = (
  order: Omit<FanOutOrder, 'requeue' | 'countConnections' | 'onExpired' | 'round' | 'isSkipped'> & {
    /** Whether a flush has the heartbeat for everybody: then it is not posted, and all else is done. Default: no. */
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

  return async ({ isCarried = false, ...order }) => {
    const { messages } = order;
    const sentAt = Math.min(...messages.map(({ reportedAt }) => reportedAt));
    const lateMilliseconds = now() - sentAt;
    if (lateMilliseconds >= timeout) {
      log.warn('late heartbeat dropped', { lateMilliseconds });
      return;
    }
    const ended = await fanOut({
      ...order,
      deadline: Math.min(order.deadline, sentAt + timeout),
      // The next heartbeat makes up for it.
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
