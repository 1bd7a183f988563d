// Whether an open connection lives: silence of 2.5 heartbeats means dead, and a ping asks.
import type { Clock, Timers } from './timers';
import type { Timing } from './timing';

export interface Liveness {
  /** The connection is open. */
  begin(): void;
  /** There was a frame. */
  heard(): void;
  /** Asks; without a frame in time, the connection is dead. */
  probe(): void;
}

export function createLiveness(options: {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly timing: Timing;
  readonly ping: () => void;
  /** Told that the connection is dead; `atOnce` when somebody waits for it. */
  readonly dead: (atOnce: boolean) => void;
}): Liveness {
  const { clock, timers, timing, ping, dead } = options;
  const patienceMs = timing.heartbeatMs * 2.5;
  let heardAt = 0;

  function probe(): void {
    timers.start('pong', timing.pongTimeoutMs, () => {
      dead(true);
    });
    ping();
  }

  /** Dead after silence; unless this program slept itself, and may find frames waiting. */
  function listen(delayMs: number): void {
    const dueAt = clock.now() + delayMs;
    timers.start('listen', delayMs, () => {
      const now = clock.now();
      // A clock that was set back would count as time that is left.
      heardAt = Math.min(heardAt, now);
      const leftMs = heardAt + patienceMs - now;
      if (leftMs > 0) listen(leftMs);
      else if (now - dueAt < timing.pongTimeoutMs) dead(false);
      else {
        listen(timing.heartbeatMs);
        probe();
      }
    });
  }

  return {
    begin() {
      heardAt = clock.now();
      listen(patienceMs);
    },
    heard() {
      heardAt = clock.now();
      timers.stop('pong');
    },
    probe,
  };
}
