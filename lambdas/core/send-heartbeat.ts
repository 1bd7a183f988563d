// A heartbeat on its way: besides proving that connections live, it counts them and ends those that expired.
import type { CloseConnection } from './close-connection';
import type { FanOut, FanOutOrder } from './fan-out';
import type { CensusStore } from './ports';
import type { Reach } from './reach';
import type { ReportFanOut } from './report';

/** Sends a heartbeat to all, or to some shards, and takes their census. What it could not send is dropped. */
export type SendHeartbeat = (
  order: Omit<FanOutOrder, 'requeue' | 'takeCensus' | 'onExpired' | 'round' | 'isSpared'>,
) => Promise<void>;

export function createSendHeartbeat(dependencies: {
  readonly fanOut: FanOut;
  readonly closeConnection: CloseConnection;
  readonly census: CensusStore;
  readonly reach: Pick<Reach, 'spared'>;
  readonly report: ReportFanOut;
}): SendHeartbeat {
  const { fanOut, closeConnection, census, reach, report } = dependencies;

  return async (order) => {
    const ended = await fanOut({
      ...order,
      // The next heartbeat makes up for it.
      requeue: false,
      takeCensus: true,
      isSpared: await reach.spared(),
      onExpired: async (connection) => {
        await closeConnection(connection, 'token_expired');
      },
    });
    await Promise.all(ended.census.map((shard) => census.write(shard)));
    report({ type: order.type, reportedAt: order.reportedAt }, ended);
  };
}
