// From when on to ask for what was missed, by the server's clock: one wrong time of a server must not move it for good.
import type { Clock } from './timers';

export interface Recovery {
  /** From when on to ask for changes, in milliseconds by the server's clock; undefined for all there is. */
  readonly since: () => number | undefined;
  /**
   * Takes the server's time from a connection that knows everything up to then, and returns the time to go by. That
   * advances by at most what our own clock has counted since the last call, and half a minute more: if it is too early,
   * some events are sent again; if it were too late, events would be missed. A time that goes back is taken at once.
   */
  readonly serverTime: (timestamp: number) => number;
}

/** Each sync asks again for this long before: the clocks of servers differ, and events may overtake one another. */
const overlapMs = 60_000;

export function createRecovery({ now }: Pick<Clock, 'now'>): Recovery {
  let time: number | undefined;
  let toldAt = 0;
  return {
    since: () => time && Math.max(0, Math.floor(time - overlapMs)),
    serverTime(timestamp) {
      // If our clock was set back, no time has passed by it.
      const passedMs = Math.max(0, now() - toldAt);
      toldAt = now();
      const latest =
        time === undefined ? timestamp : time + passedMs + Math.min(passedMs, overlapMs / 2);
      return (time = Math.min(timestamp, latest));
    },
  };
}
