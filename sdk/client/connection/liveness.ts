// Whether an open connection lives: silence of 2.5 heartbeats means dead, and a ping asks.
import type { Clock, Timers } from './timers';
import type { Timing } from './timing';

export interface Liveness {
  /** The connection is open. */
  begin(): void;
  /** There was a frame. */
  heard(): void;
  /** The server has said how long it lets pass between two heartbeats. */
  learn(heartbeatSeconds: number): void;
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
  let { heartbeatMs } = timing;
  let heardAt = 0;
  const patienceMs = () => heartbeatMs * 2.5;

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
      const leftMs = heardAt + patienceMs() - now;
      if (leftMs > 0) listen(leftMs);
      else if (now - dueAt < timing.pongTimeoutMs) dead(false);
      else {
        listen(heartbeatMs);
        probe();
      }
    });
  }

  return {
    begin() {
      heardAt = clock.now();
      listen(patienceMs());
    },
    heard() {
      heardAt = clock.now();
      timers.stop('pong');
    },
    learn(heartbeatSeconds) {
      if (heartbeatSeconds * 1000 === heartbeatMs) return;
      heartbeatMs = heartbeatSeconds * 1000;
      // From now on: what was learned came in a frame.
      listen(patienceMs());
    },
    probe,
  };
}
