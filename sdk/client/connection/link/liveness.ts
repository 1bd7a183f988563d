// Whether an open connection lives: silence of 2.5 heartbeats means dead, and a ping asks.
import type { ClientMessage } from '../../../protocol';
import type { Clock, Timers } from '../timers';
import type { Timing } from '../timing';

export interface Liveness {
  /** There was a message. */
  readonly heard: () => void;
  /** The server has said how long it lets pass between two heartbeats. */
  readonly learn: (heartbeatSeconds: number) => void;
  /** Asks; without a message in time, the connection is dead. */
  readonly probe: () => void;
}

/** Begins: the connection has just been opened. */
export function startLiveness(options: {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly timing: Timing;
  readonly send: (message: ClientMessage) => void;
  /** Told that the connection is dead; `atOnce` when somebody waits for it. */
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

  /** Dead after silence; unless this program slept itself, and may find messages waiting. */
  function listen(delayMs: number): void {
    const dueAt = clock.now() + delayMs;
    timers.start('listen', delayMs, () => {
      const now = clock.now();
      // A clock that was set back would count as time that is left.
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
      if (heartbeatSeconds * 1000 === heartbeatMs) return;
      heartbeatMs = heartbeatSeconds * 1000;
      // From now on: what was learned came in a message.
      listen(timeoutMs());
    },
    probe,
  };
}
