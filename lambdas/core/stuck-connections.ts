// Connections whose clients do not read: told from the account's throttle, and given up after some rounds.
import type { DeliveryOptions } from './delivery';
import type { Connection, Inspector } from './ports';

/**
 * Rounds in which a connection was stuck, after which it is given up in the next one. With the pauses between it has had
 * half a minute, and its buffer was full all the while.
 */
const maxStuckRounds = 4;

/** What becomes of connections that were not reached before; `rounds` says how often they were stuck. */
export interface StuckOrder {
  readonly rounds: number;
  readonly inspector: Inspector;
  /** Closes the connection. Never rejects; false when it could not be closed. */
  readonly close: (connection: Connection) => Promise<boolean>;
}

/** Whether a connection that is stuck once more is given up. */
export function isGivenUp({ rounds }: Pick<StuckOrder, 'rounds'>): boolean {
  return rounds >= maxStuckRounds;
}

/**
 * How to post to connections that were not reached before. There may be no others in the same job by which the account's
 * throttle would be noticed, so each that is throttled is asked for: a request that needs no room in its buffer. Who is
 * answered is not throttled by the account. And nobody waits for them: they are tried once in a round.
 */
export function withInspection(options: DeliveryOptions, inspector: Inspector): DeliveryOptions {
  const { poster, pace } = options;
  return {
    ...options,
    maxStuckAttempts: 1,
    // That they are throttled is known, and no reason to slow down.
    pace: { ...pace, answered: () => undefined },
    poster: {
      async post(connectionId, frame) {
        const delivery = await poster.post(connectionId, frame);
        if (delivery !== 'throttled' || pace.isSlowed()) return delivery;
        const found = await inspector.inspect(connectionId);
        if (found === 'throttled') pace.slowDown();
        return found === 'open' || found === 'throttled' ? delivery : found;
      },
    },
  };
}

/** Closings on their way at the same time. */
const closingsInFlight = 16;

/** Requests that must all be answered before anybody is closed: of an account that is throttled, one is not. */
const probes = 8;

/** @returns those that could not be closed, or not before `isOver`; all, if the account may be throttled */
export async function giveUpAll(
  connections: readonly Connection[],
  { inspector, close }: StuckOrder,
  isOver: () => boolean,
): Promise<readonly Connection[]> {
  const [first] = connections;
  if (first === undefined) return [];
  for (let probe = 0; probe < probes; probe += 1) {
    const found = await inspector.inspect(first.connectionId);
    if (found === 'throttled' || found === 'failed') return connections;
  }
  const open: Connection[] = [];
  let next = 0;
  const lane = async () => {
    for (let one = connections[next++]; one !== undefined; one = connections[next++]) {
      if (isOver() || !(await close(one))) open.push(one);
    }
  };
  await Promise.all(Array.from({ length: closingsInFlight }, lane));
  return open;
}
