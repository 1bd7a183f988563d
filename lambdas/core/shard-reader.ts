// Reads many shards side by side, a few pages ahead, and remembers how far it came in each.
import type { Pages } from './delivery';
import type { Connection, ConnectionKey, ConnectionStore, Log } from './ports';

/** Shards that are read at the same time: so many pages are held at the most, and the one that was taken. */
const readAhead = 8;

export interface ShardReader extends Pages {
  /** Where to go on in the shards that were not read to their end. */
  unread(): readonly UnreadShard[];
}

export interface UnreadShard {
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

/** A shard that cannot be read is logged, and counts as unread; the others go on. */
export function createShardReader(
  connections: ConnectionStore,
  from: readonly UnreadShard[],
  log: Log,
): ShardReader {
  const waiting = [...from];
  const unread = new Map(from.map((shard) => [shard.shard, shard]));
  const coming = new Map<number, Promise<Arrival>>();
  let arrival: Arrival | undefined;

  async function readPage({ shard, pages }: Reading): Promise<Arrival> {
    try {
      const read = await pages.next();
      if (read.done !== true) return { shard, pages, page: read.value };
      unread.delete(shard);
    } catch (error) {
      log.error('shard not read to its end', { shard, error });
    }
    return { shard, pages, page: undefined };
  }

  function readOn(): void {
    while (coming.size < readAhead) {
      const start = waiting.shift();
      if (start === undefined) return;
      const { shard, after } = start;
      const pages = connections.pages(shard, { after })[Symbol.asyncIterator]();
      coming.set(shard, readPage({ shard, pages }));
    }
  }

  return {
    async arrive() {
      while (arrival === undefined) {
        readOn();
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
        unread.set(shard, { shard, after: { userId, connectionId } });
      }
      return page;
    },

    unread: () => [...unread.values()],
  };
}
