// The port of reporting: the event bus.
import type { Report } from '#sdk/protocol';

export interface EventBus {
  /**
   * Puts reported events on the bus, each with its time to live if it has one, as a backend of this account would, with few retries. Never rejects.
   * @returns for each report, in the given order, whether the bus has accepted it
   */
  put(reports: readonly Report[]): Promise<readonly boolean[]>;
}
