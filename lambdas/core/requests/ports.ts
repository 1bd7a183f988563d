// The ports of requests: the markers of snapshots, and the probe of the agent gateway.
import type { ConnectionKey } from '../connections/ports';

/** Markers of connections that are being sent a snapshot; every execution environment sees them. */
export interface SyncMarkers {
  /**
   * Sets the connection's marker; false if it is set already.
   * @param until milliseconds since the Unix epoch; from then on the marker has no effect
   */
  begin(key: ConnectionKey, now: number, until: number): Promise<boolean>;
  /** Removes the marker that was set with the same `until`, but no later one. */
  end(key: ConnectionKey, until: number): Promise<void>;
}

/** Checks whether the agent gateway answers. Never throws. */
export type GatewayProbe = (url: string) => Promise<'connected' | 'disconnected'>;
