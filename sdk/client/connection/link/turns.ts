// Lets requests of different kinds wait for each other, so that the client can tell the server's answers apart.
import type { Timers } from '../timers';

/** `sync`: `subscribe` or `state:sync`. `token`: `token:refresh`. `page`: `session:history`. */
type Kind = 'sync' | 'token' | 'page';

export interface Turns {
  /** Calls `send` now, or when the requests of other kinds are answered. It replaces an earlier call of its kind that still waits. */
  readonly take: (kind: Kind, send: () => void) => void;
  /** Returns the kind of the request in flight; undefined if there is none. */
  readonly current: () => Kind | undefined;
  /** Records an answer to the request in flight, if it is of this kind. */
  readonly end: (kind: Kind | undefined) => void;
}

/**
 * Creates the turns of a connection.
 * @param timeoutMs how long a request waits for the answer to another one, which may never come
 */
export function createTurns(timers: Timers, timeoutMs: number): Turns {
  let current: Kind | undefined;
  const waiting = new Map<Kind, () => void>();

  function take(kind: Kind, send: () => void): void {
    if (current && current !== kind) {
      waiting.set(kind, send);
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
    current = undefined;
    timers.stop('turn');
    const next = waiting.entries().next().value;
    if (!next) return;
    waiting.delete(next[0]);
    take(...next);
  }

  return { take, current: () => current, end };
}
