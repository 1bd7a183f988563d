// Defines the state of the connection that the client exposes to applications.
import type { ConnectionState } from './transition';

/** The state of the connection. Each change creates a new object. */
export interface Connection {
  readonly state: ConnectionState;
  /** Number of the current or next attempt since the last stable connection; 0 if there is none. */
  readonly attempt: number;
  /** Milliseconds from `since` to the next attempt; undefined if none is scheduled. */
  readonly retryInMs: number | undefined;
  /** Close code of the WebSocket that ended before this state; undefined if there is none. */
  readonly code: number | undefined;
  /** The reason given by the server, or one of the reasons listed in docs/client.md. */
  readonly reason: string | undefined;
  /** The time at which this state was entered, in milliseconds since the Unix epoch. */
  readonly since: number;
  /**
   * The patterns of the agents that the client may see, as the server has said; undefined: all agents. The maps of the
   * client contain no others.
   */
  readonly visibleAgents?: readonly string[] | undefined;
}
