// Whether an open connection is alive: it is dead after 2.5 heartbeat intervals of silence, or if a ping is not answered.
import type { ClientMessage } from '../../../protocol';
import type { Clock, Timers } from '../timers';
import type { Timing } from '../timing';

export interface Liveness {
  /** A message has arrived. */
  readonly heard: () => void;
  /** The server has told its heartbeat interval. */
  readonly learn: (heartbeatSeconds: number) => void;
  /** Sends a ping; without a message in time, the connection is dead. */
  readonly probe: () => void;
}

/** Begins: the connection has just been opened. */
export function startLiveness(options: {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly timing: Timing;
  readonly send: (message: ClientMessage) => void;
  /** Called when the connection is dead; `atOnce` if the user is waiting. */
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

  /** Dead after silence, unless this program itself was suspended: then messages may be waiting, and a ping decides. */
  function listen(delayMs: number): void {
    const dueAt = clock.now() + delayMs;
    timers.start('listen', delayMs, () => {
      const now = clock.now();
      // If the clock was set back, the time that is left would be too long.
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
      // Counted from now, as the interval came in a message.
      listen(timeoutMs());
    },
    probe,
  };
}
