// The state of the connection, as the application sees it.
import type { ConnectionState } from './transition';

/** The state of the connection, as a value: a new one for each change. */
export interface Connection {
  readonly state: ConnectionState;
  /** Number of the attempt under way or to come, since the last connection that lasted; 0 if there is none. */
  readonly attempt: number;
  /** Milliseconds from `since` to the next attempt; undefined if none is planned. */
  readonly retryInMs: number | undefined;
  /** Close code of the WebSocket that ended last. */
  readonly code: number | undefined;
  /** The server's reason, or one of the reasons in docs/client.md. */
  readonly reason: string | undefined;
  /** When this state was entered, in milliseconds since the Unix epoch. */
  readonly since: number;
}
