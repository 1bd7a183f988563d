// How many connections there are, as the last heartbeat counted them.
import type { ConnectionCountStore, Lane, ShardCount } from './ports';
import type { Clock } from '../clock';
import type { Log } from '../log';

/** Connection counts change with a heartbeat; events can come by the hundred a second. */
const rememberedMilliseconds = 5_000;

/** Connections by lane: where those with batches were not counted, each lane may be all of them. */
export interface ConnectionCounts extends Readonly<Record<Lane, number>> {
  readonly all: number;
}

/** Never rejects: when nobody knows, what was known last counts, or none. */
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
