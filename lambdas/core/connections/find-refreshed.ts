// Looks up whether an expired connection has been refreshed since its record was read.
import { isExpired } from './connection';
import type { Clock } from '../clock';
import type { Connection, ConnectionStore } from './ports';
import type { Log } from '../log';

/** An expired connection as it is now; undefined if it has not been refreshed, or cannot be read. Never rejects. */
export type FindRefreshed = (connection: Connection) => Promise<Connection | undefined>;

export function createFindRefreshed(dependencies: {
  readonly connections: Pick<ConnectionStore, 'find'>;
  readonly now: Clock;
  readonly log: Log;
}): FindRefreshed {
  const { connections, now, log } = dependencies;

  return async (connection) => {
    try {
      const current = await connections.find(connection);
      return current === undefined || isExpired(current, now()) ? undefined : current;
    } catch (error) {
      log.warn('expired connection not looked up', { error });
      return undefined;
    }
  };
}
