// Sends `subscribe` and `state:sync`, one at a time, and each repeatedly until it has a complete answer.
import type { ClientMessage } from '../../../protocol';
import type { AgentFilter } from '../../../protocol/agent-patterns';
import { isSame } from '../subscription';
import type { Timers } from '../timers';
import type { Timing } from '../timing';
import { repeat } from './repeat';
import type { Turns } from './turns';

/** A request that has no complete answer yet. */
export interface Request {
  readonly isSubscribe: boolean;
  /** What the application asked for. */
  readonly asked: AgentFilter;
  /** The server time from which changes are requested; undefined for the complete state. */
  readonly since: number | undefined;
  /** What the connection sees according to the answer; undefined until it begins. */
  seen: AgentFilter | undefined;
  /** Whether that has changed during the answer: what only one of the views contains may have been ignored or forgotten. */
  isTorn?: boolean;
}

export interface RequestsOptions {
  readonly timers: Timers;
  readonly timing: Timing;
  readonly turns: Turns;
  readonly send: (message: ClientMessage) => void;
}

export interface Requests {
  /** Returns the request that was sent last; undefined if it is finished. */
  readonly current: () => Request | undefined;
  /** Sends the request that `next` returns at that time. Returns false if another one is not finished. */
  readonly start: (next: () => Request) => boolean;
  /** Records what the connection sees, which may be a part of the answer. */
  readonly told: (view: AgentFilter) => void;
  /** Records that the current request has a complete answer. */
  readonly finish: () => void;
}

/** Creates the requests of a connection that has just been opened. */
export function createRequests({ timers, timing, turns, send }: RequestsOptions): Requests {
  let current: Request | undefined;
  let isRunning = false;
  return {
    current: () => current,
    start(next) {
      if (isRunning) return false;
      isRunning = true;
      repeat(timers, 'sync', timing.connectTimeoutMs, () => {
        turns.take('sync', () => {
          // If a `subscribe` had an effect without an answer, the server answers the same one again as a whole, but not another one.
          if (!current?.isSubscribe) current = next();
          send(messageOf(current));
        });
      });
      return true;
    },
    told(view) {
      if (!current) return;
      current.seen ??= view;
      current.isTorn ||= !isSame(view, current.seen);
    },
    finish() {
      isRunning = false;
      current = undefined;
      timers.stop('sync');
      turns.end('sync');
    },
  };
}

function messageOf({ isSubscribe, asked: { patterns }, since }: Request): ClientMessage {
  // JSON.stringify omits a `since` that is undefined.
  const from = { since } as { since: number };
  return isSubscribe
    ? { type: 'subscribe', payload: { agents: [...patterns], ...from } }
    : { type: 'state:sync', payload: from };
}
