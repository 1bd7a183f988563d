// How many connections there are, as the last heartbeat counted them.
import type { CensusStore, Clock, Log } from './ports';

/** A census changes with a heartbeat; events can come by the hundred a second. */
const rememberedMilliseconds = 5_000;

/** Never rejects: when nobody knows, what was known last counts, or none. */
export type ConnectionCount = () => Promise<number>;

export function createConnectionCount(dependencies: {
  readonly census: Pick<CensusStore, 'read'>;
  readonly now: Clock;
  readonly log: Log;
}): ConnectionCount {
  const { census, now, log } = dependencies;
  let known: { readonly connections: number; readonly at: number } | undefined;

  return async () => {
    if (known !== undefined && now() - known.at < rememberedMilliseconds) return known.connections;
    try {
      const counted = await census.read();
      const sum = counted.reduce((total, shard) => total + shard.connections, 0);
      known = { connections: sum, at: now() };
      return sum;
    } catch (error) {
      log.warn('census not read', { error });
      return known?.connections ?? 0;
    }
  };
}
