// Connections whose clients do not read: told from the account's throttle, and given up after some rounds.
import type { PostingOptions } from '../../posting/posting';
import type { Connection, Inspector } from '../../connections/ports';

/**
 * Rounds in which a connection was stuck, after which it is given up in the next one. With the pauses between it has had
 * half a minute, and its buffer was full all the while.
 */
const maxStuckRounds = 4;

/** What becomes of connections that were not reached before; `rounds` says how often they were stuck. */
export interface StuckOrder {
  readonly rounds: number;
  readonly inspector: Inspector;
  /** Closes the connection. Never rejects; `open` when it could not be closed, `gone` when it had ended before. */
  readonly close: (connection: Connection) => Promise<'closed' | 'gone' | 'open'>;
}

/** Whether a connection that is stuck once more is given up. */
export function isGivenUp({ rounds }: Pick<StuckOrder, 'rounds'>): boolean {
  return rounds >= maxStuckRounds;
}

/**
 * How to post to connections that were not reached before. There may be no others in the same job by which the account's
 * throttle would be noticed, so each that is throttled is inspected: a request that needs no room in its buffer. If it is
 * answered, the account is not throttled. Nobody waits for such connections: they are tried once in a round.
 */
export function withInspection(options: PostingOptions, inspector: Inspector): PostingOptions {
  const { poster, pace } = options;
  return {
    ...options,
    maxStuckAttempts: 1,
    // These connections are expected to be throttled: that is no reason to slow down.
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

/** Closings on their way at the same time. */
const closingsInFlight = 16;

/** Requests that must all be answered before any connection is closed: if the account is throttled, one of them is not. */
const probes = 8;

/** What became of connections that were given up: each is in one of them. */
export interface GivenUp {
  readonly closed: number;
  /** They had ended before: another job with the same connections was faster. */
  readonly gone: number;
  /** Those that could not be closed, or not in time; all, if the account may be throttled. */
  readonly open: readonly Connection[];
}

/** Closes connections, but begins with none when `isOver`. */
export async function giveUpAll(
  connections: readonly Connection[],
  { inspector, close }: StuckOrder,
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
