// Reads shards side by side, a page of each ahead, and remembers how far it came in each.
import type { Pages } from '../posting/pages';
import type { Connection, ConnectionKey, ConnectionStore } from '../connections/ports';
import type { Log } from '../log';

export interface ShardReader extends Pages {
  /** Where to go on in the shards that were not read to their end. */
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
  /** Undefined at the shard's end. */
  readonly page: readonly Connection[] | undefined;
}

/**
 * A shard that cannot be read is logged, and counts as unread; the others go on. All are begun at once: a small
 * fan-out then waits for DynamoDB once, not shard after shard with its sockets idle.
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
