// Limits the rate of `state:sync`, by far the most expensive request: a snapshot can be hundreds of messages.
import type { Clock } from '../clock';
import type { ConnectionKey, RateLimit, RateLimitStore } from '../connections/ports';
import type { Log } from '../log';
import { times } from './message-limits';
import type { SyncMarkers } from './ports';

/**
 * Admits a connection to be sent a snapshot, or refuses it for now.
 * @returns a function to call after the snapshot has been sent, which never throws; undefined if it is refused
 */
export type AdmitSync = (connection: ConnectionKey) => Promise<(() => Promise<void>) | undefined>;

/** The lifetime of a marker in milliseconds: longer than the 29 s timeout of the function that sends a snapshot. */
const longestSyncMilliseconds = 30_000;

/**
 * How many times as often as all registers, those of a few agents may be read. A person who goes from page to page needs more
 * than a reconnect, but the sessions of one agent can be half of the largest state.
 */
export const fewAgentsFactor = 2;

/**
 * Never throws: if the limits cannot be read, it refuses.
 * @param what the snapshots to limit: of all registers, or of those of a few agents
 */
export function createAdmitSync(
  dependencies: {
    readonly rateLimits: Pick<RateLimitStore, 'take'>;
    readonly syncMarkers: SyncMarkers;
    readonly now: Clock;
    readonly log: Log;
    /** The limit of `state:sync` for one user, over all connections. */
    readonly syncs: RateLimit;
  },
  what: 'syncs' | 'subscriptions' = 'syncs',
): AdmitSync {
  const { rateLimits, syncMarkers, now, log, syncs } = dependencies;
  const limit = what === 'syncs' ? syncs : times(syncs, fewAgentsFactor);

  return async (connection) => {
    const { userId, connectionId } = connection;
    const time = now();
    const until = time + longestSyncMilliseconds;
    try {
      const isAllowed =
        (await rateLimits.take(userId, what, limit, time)) &&
        (await syncMarkers.begin(connection, time, until));
      if (!isAllowed) return undefined;
    } catch (error) {
      log.warn('message not counted', { connectionId, error });
      return undefined;
    }
    return async () => {
      try {
        await syncMarkers.end(connection, until);
      } catch (error) {
        // The marker expires soon.
        log.warn('sync marker not withdrawn', { connectionId, error });
      }
    };
  };
}
