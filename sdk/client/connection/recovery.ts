// From when on to ask for what was missed, by the server's clock: one wrong time of a server must not move it for good.
import type { Clock } from './timers';

export interface Recovery {
  /** From when on to ask for changes, in milliseconds by the server's clock; undefined for all there is. */
  readonly since: () => number | undefined;
  /**
   * The server's time, of a connection that knows everything up to then. Returns the time to believe, which is at
   * most what our own clock has counted since the time before, and half a minute more: too early an hour is told
   * again, too late a one would be missed. A time that was too late itself is followed back at once.
   */
  readonly serverTime: (timestamp: number) => number;
}

/** Asked for once more with each sync: clocks of servers differ, and what was seen may have been overtaken. */
const overlapMs = 60_000;

export function createRecovery({ now }: Pick<Clock, 'now'>): Recovery {
  let time: number | undefined;
  let toldAt = 0;
  return {
    since: () => time && Math.max(0, Math.floor(time - overlapMs)),
    serverTime(timestamp) {
      // A clock that was set back has counted nothing.
      const passedMs = Math.max(0, now() - toldAt);
      toldAt = now();
      const latest =
        time === undefined ? timestamp : time + passedMs + Math.min(passedMs, overlapMs / 2);
      return (time = Math.min(timestamp, latest));
    },
  };
}
