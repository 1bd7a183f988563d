// Splits one listing of connections by lane, so that connections with batches never wait for those without.
import type { Pages } from '../posting/pages';
import { laneOf } from '../connections/connection';
import type { Connection, Lane } from '../connections/ports';

/** The connections of a listing by their lane. */
export interface SplitPages {
  readonly pages: Readonly<Record<Lane, Pages>>;
  /** The number of connections of each lane that were read so far. */
  readonly met: () => Readonly<Record<Lane, number>>;
  /** Whether the listing was read to its end. */
  readonly isWhole: () => boolean;
}

/**
 * Reads a page when either lane needs connections, and keeps those of the other lane: the connections of a slower lane wait
 * here, all of them if necessary. Connections of lanes that are not `wanted` are only counted.
 */
export function splitByLane(listing: Pages, wanted: readonly Lane[]): SplitPages {
  const waiting: Record<Lane, Connection[]> = { batched: [], single: [] };
  const met = { batched: 0, single: 0 };
  let isExhausted = false;
  let isOver = false;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    const hasArrived = await listing.arrive();
    reading = undefined;
    // A page that arrives after the end is not taken: the retry job of the shard reads it again.
    if (isOver) return;
    if (!hasArrived) {
      isExhausted = true;
      return;
    }
    for (const connection of listing.take()) {
      const lane = laneOf(connection);
      met[lane] += 1;
      if (wanted.includes(lane)) waiting[lane].push(connection);
    }
  }

  function pagesOf(lane: Lane): Pages {
    const take = () => {
      const page = waiting[lane];
      waiting[lane] = [];
      return page;
    };
    return {
      async arrive() {
        while (waiting[lane].length === 0) {
          if (isExhausted || isOver) return false;
          await (reading ??= read());
        }
        return true;
      },
      take,
      rest() {
        isOver = true;
        return take();
      },
    };
  }

  return {
    pages: { batched: pagesOf('batched'), single: pagesOf('single') },
    met: () => ({ ...met }),
    isWhole: () => isExhausted,
  };
}
