// Limits the rate of `state:sync`, by far the most expensive request: a snapshot can be hundreds of messages.
import type { Clock } from '../clock';
import type { ConnectionKey, RateLimit, RateLimitStore } from '../connections/ports';
import type { Log } from '../log';
import type { SyncMarkers } from './ports';

/**
 * Admits a connection to be sent a snapshot, or refuses it for now.
 * @returns a function to call after the snapshot has been sent, which never throws; undefined if it is refused
 */
export type AdmitSync = (connection: ConnectionKey) => Promise<(() => Promise<void>) | undefined>;

/** The lifetime of a marker in milliseconds: longer than the 29 s timeout of the function that sends a snapshot. */
const longestSyncMilliseconds = 30_000;

/** Never throws: if the limits cannot be read, it refuses. */
export function createAdmitSync(dependencies: {
  readonly rateLimits: Pick<RateLimitStore, 'take'>;
  readonly syncMarkers: SyncMarkers;
  readonly now: Clock;
  readonly log: Log;
  /** The limit for one user, over all connections. */
  readonly syncs: RateLimit;
}): AdmitSync {
  const { rateLimits, syncMarkers, now, log, syncs } = dependencies;

  return async (connection) => {
    const { userId, connectionId } = connection;
    const time = now();
    const until = time + longestSyncMilliseconds;
    try {
      const isAllowed =
        (await rateLimits.take(userId, 'syncs', syncs, time)) &&
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
