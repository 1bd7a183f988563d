// Reads many shards side by side, a few pages ahead, and remembers how far it came in each.
import type { Connection, ConnectionKey, ConnectionStore, Log } from './ports';

/** Shards that are read at the same time: so many pages are held at the most, and one more. */
const readAhead = 4;

export interface ShardReader extends AsyncIterator<readonly Connection[]> {
  /** Where to go on in the shards that were not read to their end. */
  unread(): readonly UnreadShard[];
  /** Shards whose reading failed. */
  failed(): number;
}

export interface UnreadShard {
  readonly shard: number;
  /** The last connection that was handed out. */
  readonly after?: ConnectionKey;
}

interface Reading {
  readonly shard: number;
  readonly pages: AsyncIterator<readonly Connection[]>;
  after?: ConnectionKey | undefined;
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
  let failures = 0;

  interface Arrival {
    readonly reading: Reading;
    readonly page: readonly Connection[] | undefined;
  }

  async function read(reading: Reading): Promise<Arrival> {
    try {
      const read = await reading.pages.next();
      if (read.done !== true) return { reading, page: read.value };
      unread.delete(reading.shard);
    } catch (error) {
      failures += 1;
      log.error('shard not read to its end', { shard: reading.shard, error });
    }
    return { reading, page: undefined };
  }

  function readOn(): void {
    while (coming.size < readAhead) {
      const start = waiting.shift();
      if (start === undefined) return;
      const { shard, after } = start;
      const pages = connections.pages(shard, { after })[Symbol.asyncIterator]();
      coming.set(shard, read({ shard, pages, after }));
    }
  }

  return {
    async next() {
      for (;;) {
        readOn();
        if (coming.size === 0) return { done: true, value: undefined };
        const { reading, page } = await Promise.race(coming.values());
        coming.delete(reading.shard);
        if (page === undefined) continue;
        coming.set(reading.shard, read(reading));
        const last = page.at(-1);
        if (last === undefined) continue;
        const { userId, connectionId } = last;
        unread.set(reading.shard, { shard: reading.shard, after: { userId, connectionId } });
        return { done: false, value: page };
      }
    },
    unread: () => [...unread.values()],
    failed: () => failures,
  };
}
