// Follows the server's clock over a connection: for the expiry of tokens and of registers.
import type { Lifetimes } from '../../state/registers';
import type { Clock } from '../timers';

export interface ServerClockHandlers {
  /** Called with the server's time, once the connection is synced. Returns the time to use instead. */
  readonly serverTime: (timestamp: number) => number;
  /** Called after `serverTime` with the time that it has returned, and with how long the server keeps registers. */
  readonly passed: (now: number, lifetimes: Lifetimes) => void;
}

export interface ServerClock {
  /** Returns the server's time, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Records how long the server keeps registers. */
  readonly learn: (lifetimes: Lifetimes) => void;
  /** Takes the server's time of a message. */
  readonly heard: (timestamp: number) => void;
}

/**
 * Creates a clock that shows the local time until the server's is known.
 * @param isSynced the server's time is used only then: until then, earlier events may be missing
 */
export function createServerClock(
  local: Pick<Clock, 'now'>,
  isSynced: () => boolean,
  handlers: ServerClockHandlers,
): ServerClock {
  /** The clock skew in milliseconds; positive if the server's clock is ahead of the local clock. */
  let skewMs = 0;
  let lifetimes: Lifetimes | undefined;
  return {
    now: () => local.now() + skewMs,
    learn(given) {
      lifetimes = given;
    },
    heard(timestamp) {
      if (!isSynced()) return;
      const time = handlers.serverTime(timestamp);
      skewMs = time - local.now();
      if (lifetimes) handlers.passed(time, lifetimes);
    },
  };
}
