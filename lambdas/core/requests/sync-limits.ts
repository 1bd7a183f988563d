// How often a user may ask for the state, which is by far the dearest message: one sync is hundreds of messages.
import type { Clock } from '../clock';
import type { ConnectionKey, RateLimit, RateLimitStore } from '../connections/ports';
import type { Log } from '../log';
import type { SyncMarkers } from './ports';

/**
 * Lets a connection be told the state, or not now.
 * @returns what has to be called when it has been told, and never throws; undefined when it must not be told
 */
export type AdmitSync = (connection: ConnectionKey) => Promise<(() => Promise<void>) | undefined>;

/** A function that has begun to tell the state is over by then, in milliseconds: its timeout is 29 s. */
const longestSyncMilliseconds = 30_000;

/** Never throws: where nobody can count, nobody is told. */
export function createAdmitSync(dependencies: {
  readonly rateLimits: Pick<RateLimitStore, 'take'>;
  readonly syncMarkers: SyncMarkers;
  readonly now: Clock;
  readonly log: Log;
  /** Of one user, whatever the number of its connections. */
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
        // It counts for nothing soon.
        log.warn('sync marker not withdrawn', { connectionId, error });
      }
    };
  };
}
