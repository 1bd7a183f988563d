// Reads shards concurrently, one page of each ahead, and keeps a cursor for each.
import type { Pages } from '../posting/pages';
import type { Connection, ConnectionKey, ConnectionStore } from '../connections/ports';
import type { Log } from '../log';

export interface ShardReader extends Pages {
  /** The cursors of the shards that were not read to their end. */
  cursors(): readonly ShardCursor[];
}

export interface ShardCursor {
  readonly shard: number;
  /** The last connection that was taken. */
  readonly after?: ConnectionKey;
}

interface Reading {
  readonly shard: number;
  readonly pages: AsyncIterator<readonly Connection[]>;
}

interface Arrival extends Reading {
  /** Undefined at the end of the shard, or if it could not be read. */
  readonly page: readonly Connection[] | undefined;
}

/**
 * A failed read is logged, and the shard keeps its cursor; the other shards continue. All shards are begun at once, so that
 * a small fan-out waits for DynamoDB once, and not for one shard after the other.
 */
export function createShardReader(
  connections: ConnectionStore,
  from: readonly ShardCursor[],
  log: Log,
): ShardReader {
  const cursors = new Map(from.map((shard) => [shard.shard, shard]));
  const coming = new Map<number, Promise<Arrival>>();
  let arrival: Arrival | undefined;

  async function readPage({ shard, pages }: Reading): Promise<Arrival> {
    try {
      const read = await pages.next();
      if (read.done !== true) return { shard, pages, page: read.value };
      cursors.delete(shard);
    } catch (error) {
      log.error('shard not read to its end', { shard, error });
    }
    return { shard, pages, page: undefined };
  }

  function begin({ shard, after }: ShardCursor): void {
    const pages = connections.pages(shard, { after })[Symbol.asyncIterator]();
    coming.set(shard, readPage({ shard, pages }));
  }

  from.forEach(begin);
  return {
    async arrive() {
      while (arrival === undefined) {
        if (coming.size === 0) return false;
        const arrived = await Promise.race(coming.values());
        coming.delete(arrived.shard);
        if (arrived.page !== undefined) arrival = arrived;
      }
      return true;
    },

    take() {
      if (arrival?.page === undefined) return [];
      const { shard, page } = arrival;
      coming.set(shard, readPage(arrival));
      arrival = undefined;
      const last = page.at(-1);
      if (last !== undefined) {
        const { userId, connectionId } = last;
        cursors.set(shard, { shard, after: { userId, connectionId } });
      }
      return page;
    },

    rest: () => [],
    cursors: () => [...cursors.values()],
  };
}
