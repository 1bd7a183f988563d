// What answers to clients need from the outside.
import type { ConnectionKey } from '../connections/ports';

/** Marks that a connection is being told the state: every execution environment sees it. */
export interface SyncMarkers {
  /**
   * Sets the connection's marker; false when it is set already.
   * @param until milliseconds since the Unix epoch; from then on it counts for nothing, whoever has set it
   */
  begin(key: ConnectionKey, now: number, until: number): Promise<boolean>;
  /** Withdraws the marker that was set with the same `until`, and no later one. */
  end(key: ConnectionKey, until: number): Promise<void>;
}

/** Asks whether the agent gateway answers. Never throws. */
export type GatewayProbe = (url: string) => Promise<'connected' | 'disconnected'>;
