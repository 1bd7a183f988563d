// Lets requests of different kinds wait for each other, so that the client can tell the server's answers apart.
import type { Timers } from '../timers';

/** `sync`: `subscribe` or `state:sync`. `token`: `token:refresh`. */
type Kind = 'sync' | 'token';

export interface Turns {
  /** Calls `send` now, or when the request of the other kind is answered. It replaces an earlier call that still waits. */
  readonly take: (kind: Kind, send: () => void) => void;
  /** Returns the kind of the request in flight; undefined if there is none. */
  readonly current: () => Kind | undefined;
  /** Records an answer to the request in flight, if it is of this kind. */
  readonly end: (kind: Kind | undefined) => void;
}

/**
 * Creates the turns of a connection.
 * @param timeoutMs how long a request waits for the answer to the other one, which may never come
 */
export function createTurns(timers: Timers, timeoutMs: number): Turns {
  let current: Kind | undefined;
  let waiting: (() => void) | undefined;

  function take(kind: Kind, send: () => void): void {
    if (current && current !== kind) {
      waiting = () => {
        take(kind, send);
      };
      return;
    }
    current = kind;
    timers.start('turn', timeoutMs, () => {
      end(kind);
    });
    send();
  }

  function end(kind: Kind | undefined): void {
    if (kind !== current) return;
    const next = waiting;
    current = waiting = undefined;
    timers.stop('turn');
    next?.();
  }

  return { take, current: () => current, end };
}
