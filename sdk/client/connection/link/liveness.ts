// Detects dead connections: those without a message for 2.5 heartbeat intervals, or without an answer to a ping.
import type { ClientMessage } from '../../../protocol';
import type { Clock, Timers } from '../timers';
import type { Timing } from '../timing';

export interface Liveness {
  /** Records that a message has arrived. */
  readonly heard: () => void;
  /** Sets the heartbeat interval of the server, in seconds. */
  readonly learn: (heartbeatSeconds: number) => void;
  /** Sends a ping; without a message in time, the connection is dead. */
  readonly probe: () => void;
}

/** Starts to watch a connection that has just been opened. */
export function startLiveness(options: {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly timing: Timing;
  readonly send: (message: ClientMessage) => void;
  /** Called when the connection is dead; `atOnce` if a ping was not answered. */
  readonly dead: (atOnce: boolean) => void;
}): Liveness {
  const { clock, timers, timing, send, dead } = options;
  let { heartbeatMs } = timing;
  let heardAt = clock.now();
  const timeoutMs = () => heartbeatMs * 2.5;

  function probe(): void {
    timers.start('pong', timing.pongTimeoutMs, () => {
      dead(true);
    });
    send({ type: 'ping' });
  }

  /** Reports a silent connection as dead. If the program was suspended, it sends a ping instead, because messages may be waiting. */
  function listen(delayMs: number): void {
    const dueAt = clock.now() + delayMs;
    timers.start('listen', delayMs, () => {
      const now = clock.now();
      // If the clock was set back, the remaining time would be too long.
      heardAt = Math.min(heardAt, now);
      const leftMs = heardAt + timeoutMs() - now;
      if (leftMs > 0) listen(leftMs);
      else if (now - dueAt < timing.pongTimeoutMs) dead(false);
      else {
        listen(heartbeatMs);
        probe();
      }
    });
  }

  listen(timeoutMs());
  return {
    heard() {
      heardAt = clock.now();
      timers.stop('pong');
    },
    learn(heartbeatSeconds) {
      heartbeatMs = heartbeatSeconds * 1000;
      // From now on, because the interval has just arrived in a message.
      listen(timeoutMs());
    },
    probe,
  };
}
