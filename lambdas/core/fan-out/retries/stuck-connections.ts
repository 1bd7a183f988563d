// Distinguishes connections whose clients do not read from a throttled account, and closes them after some rounds.
import type { PostingOptions } from '../../posting/posting';
import type { Connection, Inspector } from '../../connections/ports';

/**
 * The number of rounds in which a connection can be stuck; it is given up if it is stuck in the next one. With the pauses in
 * between, its buffer has been full for half a minute by then.
 */
const maxStuckRounds = 4;

/** How to handle connections that were not reached before. `rounds`: the number of rounds in which they were stuck. */
export interface StuckRequest {
  readonly rounds: number;
  readonly inspector: Inspector;
  /** Closes the connection. `open` if it could not be closed, `gone` if it had ended before. Never rejects. */
  readonly close: (connection: Connection) => Promise<'closed' | 'gone' | 'open'>;
}

/** Whether a connection that is stuck once more is given up. */
export function isGivenUp({ rounds }: Pick<StuckRequest, 'rounds'>): boolean {
  return rounds >= maxStuckRounds;
}

/**
 * The options for posts to connections that were not reached before. The job may have no other connections that would show
 * that the account is throttled. So each connection that is throttled is inspected, by a request that needs no room in its
 * buffer: if it is answered, the account is not throttled. Such connections are tried once per round, to save time.
 */
export function withInspection(options: PostingOptions, inspector: Inspector): PostingOptions {
  const { poster, pace } = options;
  return {
    ...options,
    maxStuckAttempts: 1,
    // These connections are expected to be throttled, which is no reason to slow down.
    pace: { ...pace, answered: () => undefined },
    poster: {
      async post(connectionId, message) {
        const result = await poster.post(connectionId, message);
        if (result !== 'throttled' || pace.isSlowed()) return result;
        const found = await inspector.inspect(connectionId);
        if (found === 'throttled') pace.slowDown();
        return found === 'open' || found === 'throttled' ? result : found;
      },
    },
  };
}

/** Maximum number of connections that are closed concurrently. */
const closingsInFlight = 16;

/** Number of requests that must all succeed before any connection is closed: if the account is throttled, one of them fails. */
const probes = 8;

/** The results for connections that were given up; each connection is in one of them. */
export interface GivenUp {
  readonly closed: number;
  /** Connections that had ended before, e.g. because another job has closed them. */
  readonly gone: number;
  /** Connections that could not be closed, or not in time; all connections if the account may be throttled. */
  readonly open: readonly Connection[];
}

/** Closes connections. While `isOver` returns true, none is closed. */
export async function giveUpAll(
  connections: readonly Connection[],
  { inspector, close }: StuckRequest,
  isOver: () => boolean,
): Promise<GivenUp> {
  const [first] = connections;
  if (first === undefined) return { closed: 0, gone: 0, open: [] };
  for (let probe = 0; probe < probes; probe += 1) {
    const found = await inspector.inspect(first.connectionId);
    if (found === 'throttled' || found === 'retryable')
      return { closed: 0, gone: 0, open: connections };
  }
  const counts = { closed: 0, gone: 0 };
  const open: Connection[] = [];
  let next = 0;
  const lane = async () => {
    for (let one = connections[next++]; one !== undefined; one = connections[next++]) {
      const ended = isOver() ? 'open' : await close(one);
      if (ended === 'open') open.push(one);
      else counts[ended] += 1;
    }
  };
  await Promise.all(Array.from({ length: closingsInFlight }, lane));
  return { ...counts, open };
}
