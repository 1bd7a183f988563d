// Reads the number of connections that the last heartbeat counted.
import type { ConnectionCountStore, Lane, ShardCount } from './ports';
import type { Clock } from '../clock';
import type { Log } from '../log';

/** Milliseconds for which counts are cached: they change only with each heartbeat, but hundreds of events a second need them. */
const rememberedMilliseconds = 5_000;

/** Connections by lane. If those with batches were not counted, each lane counts as having all connections. */
export interface ConnectionCounts extends Readonly<Record<Lane, number>> {
  readonly all: number;
}

/** Never rejects: if the counts cannot be read, it returns the last ones that were read, or zeros. */
export type ConnectionCount = () => Promise<ConnectionCounts>;

export function createConnectionCount(dependencies: {
  readonly connectionCounts: Pick<ConnectionCountStore, 'read'>;
  readonly now: Clock;
  readonly log: Log;
}): ConnectionCount {
  const { connectionCounts, now, log } = dependencies;
  let known: { readonly counts: ConnectionCounts; readonly at: number } | undefined;

  return async () => {
    if (known !== undefined && now() - known.at < rememberedMilliseconds) return known.counts;
    try {
      const counts = countsOf(await connectionCounts.read());
      known = { counts, at: now() };
      return counts;
    } catch (error) {
      log.warn('connection counts not read', { error });
      return known?.counts ?? countsOf([]);
    }
  };
}

function countsOf(shards: readonly ShardCount[]): ConnectionCounts {
  const sum = (of: (shard: ShardCount) => number) =>
    shards.reduce((total, shard) => total + of(shard), 0);
  return {
    all: sum(({ connections }) => connections),
    batched: sum(({ connections, batched = connections }) => batched),
    single: sum(({ connections, batched = 0 }) => connections - batched),
  };
}
