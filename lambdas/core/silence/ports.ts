// The port of silence: the registers of agents that have not reported within their time to live.
import type { EventMessage } from '#sdk/protocol';

/** The register of an agent that has not reported within its time to live. */
export interface SilentRegister {
  /**
   * What the service reports about the agent: the `whenSilent` of its event type, at the time at which its time to live ended,
   * by the backend's clock. The same each time, so repeating it does no harm, and any later event of a backend is newer.
   */
  readonly event: EventMessage;
  /** The timestamp of the last report, by the backend's clock: milliseconds since the Unix epoch. */
  readonly reportedAt: number;
  /** When the time to live ended, by the server's clock: milliseconds since the Unix epoch. */
  readonly aliveUntil: number;
  /** Whether the register holds the event already: an earlier call has stored it, but perhaps not sent. */
  readonly isStored: boolean;
}

export interface SilenceStore {
  /**
   * The silent registers of a shard, page by page.
   * @param now milliseconds since the Unix epoch, by the server's clock
   */
  pages(shard: number, now: number): AsyncIterable<readonly SilentRegister[]>;
  /**
   * Stores the event of a silent register, which stays silent until `complete`.
   * @param updatedAt milliseconds since the Unix epoch, by the server's clock
   * @returns false if the agent was reported meanwhile: nothing is stored then
   */
  store(silent: SilentRegister, updatedAt: number): Promise<boolean>;
  /** Makes a register whose event was sent an ordinary one, unless the agent was reported meanwhile. */
  complete(silent: SilentRegister): Promise<void>;
}
