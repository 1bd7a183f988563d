// What is told about the connection.
import type { ConnectionState } from './transition';

/** The state of the connection, as a value: a new one for each change. */
export interface Connection {
  readonly state: ConnectionState;
  /** Number of the attempt under way or to come, since the last connection that lasted; 0 if there is none. */
  readonly attempt: number;
  /** Milliseconds from `since` to the next attempt; undefined when there will be none without a cause. */
  readonly retryInMs: number | undefined;
  /** Close code of the WebSocket that ended last. */
  readonly code: number | undefined;
  /** Why: what the server gave as a reason, or one of the reasons in docs/client.md. */
  readonly reason: string | undefined;
  /** When this became so, in milliseconds since the Unix epoch. */
  readonly since: number;
}
