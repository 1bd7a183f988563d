// Tracks the server time up to which the client has all changes. One wrong timestamp must not change it permanently.
import type { Clock } from './timers';

export interface Recovery {
  /** Returns the time from which to request changes, in milliseconds by the server's clock; undefined for the complete state. */
  readonly since: () => number | undefined;
  /**
   * Records the server's time, received over a connection that has all changes up to then. The recorded time advances by
   * at most the time that has passed on the local clock since the last call, plus the same again, but no more than 30 s:
   * if it is too early, some events are sent again; if it were too late, events would be missed. An earlier time is
   * recorded as it is.
   * @returns the recorded time
   */
  readonly serverTime: (timestamp: number) => number;
}

/** Changes are requested from this much earlier, because the clocks of servers differ and events may overtake each other. */
const overlapMs = 60_000;

/** Creates the recovery of a client that has no state yet. */
export function createRecovery({ now }: Pick<Clock, 'now'>): Recovery {
  let time: number | undefined;
  let receivedAt = 0;
  return {
    since: () => time && Math.max(0, Math.floor(time - overlapMs)),
    serverTime(timestamp) {
      // If the local clock was set back, the time that has passed counts as 0.
      const passedMs = Math.max(0, now() - receivedAt);
      receivedAt = now();
      const latest =
        time === undefined ? timestamp : time + passedMs + Math.min(passedMs, overlapMs / 2);
      return (time = Math.min(timestamp, latest));
    },
  };
}
