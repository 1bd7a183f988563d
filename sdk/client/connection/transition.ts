// The state machine of a connection, as a pure function. docs/client-internals.md has the table of its transitions.
import { backoffMs, betweenMs } from './backoff';
import type { Timing } from './timing';

/** The states of a connection. docs/client.md describes each of them. */
export type ConnectionState =
  'idle' | 'connecting' | 'connected' | 'waiting' | 'offline' | 'unauthorized' | 'closed';

export interface State {
  readonly name: ConnectionState;
  /** Number of the current or next attempt since the last stable connection; 0 if there is none. */
  readonly attempt: number;
  /** Whether the page reports a network; it may be wrong. */
  readonly online: boolean;
  /** The wait before the next attempt, in milliseconds; undefined if no attempt is scheduled. */
  readonly retryInMs?: number | undefined;
  /** Close code of the WebSocket that ended before this state; undefined if there is none. */
  readonly code?: number | undefined;
  /** Why the connection ended, or the attempt failed; undefined if there is no reason. */
  readonly reason?: string | undefined;
  /** Why the server refuses the token, if it has said so. */
  readonly refusal?: string | undefined;
}

/** What the page and chance add to an event. */
interface Circumstances {
  /** The page is hidden. */
  readonly hidden?: boolean;
  /** A random number from 0 to 1, which determines the length of the wait. */
  readonly random: number;
}

/** The end of a connection, or of an attempt. */
export interface Ended extends Circumstances {
  readonly type: 'ended';
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
  /** The server has refused the token. */
  readonly refused?: boolean;
  readonly refusal?: string | undefined;
  /** Reconnect at once: the cause affects this client only. */
  readonly atOnce?: boolean;
}

export type Event =
  | ({ readonly type: 'start'; readonly online: boolean } & Circumstances)
  | { readonly type: 'opened' | 'stable' | 'handover' | 'retry' | 'offline' | 'online' }
  | { readonly type: 'visible' | 'hidden' | 'close' }
  | Ended;

/** What is to be done: open a connection, drop all connections, or probe the current connection with a ping. */
type Effect = 'open' | 'drop' | 'probe';

/** The settings that transitions depend on. */
export interface Rules {
  readonly timing: Timing;
  /** The number of consecutive attempts that may fail. */
  readonly maxAttempts: number;
}

export type Transition = readonly [State, ...Effect[]];

export const initialState: State = {
  name: 'idle',
  attempt: 0,
  online: true,
};

/** Returns the next state, and the effects to carry out in this order. */
export function transition(state: State, event: Event, rules: Rules): Transition {
  const { name, attempt, reason } = state;
  const isOff = name === 'waiting' || name === 'offline' || name === 'unauthorized';
  const open = (next: number, from = state): Transition => [to(from, 'connecting', next), 'open'];
  switch (event.type) {
    case 'start':
      // A browser that restores twenty tabs loads all but one of them hidden, at the same time.
      if (name === 'idle' && event.hidden) {
        const { backoffCapMs } = rules.timing;
        return away(event, backoffMs(0, event.random, backoffCapMs, backoffCapMs));
      }
      return [to(event, 'connecting', 1), 'drop', 'open'];
    case 'hidden':
      if (name !== 'idle' && name !== 'closed') return away(state);
      break;
    case 'close':
      return [to(state, 'closed', 0), 'drop'];
    case 'opened':
      if (name === 'connecting') return [to(state, 'connected', attempt)];
      break;
    case 'stable':
      if (name === 'connected') return [{ ...state, attempt: 0 }];
      break;
    case 'handover':
      if (name === 'connected') return [to(state, 'connecting', 1)];
      break;
    case 'ended':
      if (name === 'connecting' || name === 'connected') return ended(state, event, rules);
      break;
    case 'retry':
      if (isOff) return open(attempt);
      break;
    case 'visible':
      if (name === 'connected') return [state, 'probe'];
      if (isOff && reason !== 'rate_limited') return open(attempt);
      break;
    case 'online':
    case 'offline': {
      const online = event.type === 'online';
      const after = { ...state, online };
      // The page may be wrong about the network, so an open connection is probed instead of closed.
      if (name === 'connected') return [after, 'probe'];
      const mayBeNetwork =
        name === 'offline' ||
        (name === 'waiting' &&
          reason !== 'rate_limited' &&
          reason !== 'replaced' &&
          reason !== 'hidden');
      return online && mayBeNetwork ? open(1, after) : [after];
    }
  }
  return [state];
}

function ended(state: State, event: Ended, { timing, maxAttempts }: Rules): Transition {
  const { reason, refusal, code, random, refused, atOnce, hidden } = event;
  const { attempt, online } = state;
  const { unauthorizedRetryMs, replacedRetryMs, backoffBaseMs, backoffCapMs } = timing;
  const go = (name: ConnectionState, next: number, retryInMs?: number): Transition => [
    { ...to(state, name, next), code, reason, refusal, retryInMs },
    'drop',
  ];
  const wait = (retryInMs?: number) => go('waiting', attempt + 1, retryInMs);
  if (atOnce && online) return [...go('connecting', 1), 'open'];
  if (attempt >= maxAttempts && online) {
    return [{ ...to(state, 'closed', 0), code, reason: 'max_attempts', refusal }, 'drop'];
  }
  if (refused) {
    return go(
      'unauthorized',
      attempt + 1,
      betweenMs(unauthorizedRetryMs * 0.75, unauthorizedRetryMs * 1.25, random),
    );
  }
  // A newer connection of the user has replaced this one. With a short wait, two clients would replace each other again and again.
  if (reason === 'replaced')
    return wait(hidden ? undefined : betweenMs(replacedRetryMs / 2, replacedRetryMs, random));
  // Longer waits: a server that shuts down closes all connections at once, and an overloaded server needs fewer attempts.
  // 1001: going away; 1012: service restart; 1013: try again later.
  const isServerUnavailable = code === 1001 || code === 1012 || code === 1013;
  if (isServerUnavailable || reason === 'rate_limited') {
    // A connection that was open only briefly counts as an attempt, but not as a failure.
    const failures = isServerUnavailable ? Math.max(0, attempt - 1) : attempt;
    return wait(backoffMs(failures, random, backoffCapMs / 4, backoffCapMs));
  }
  if (online) return wait(backoffMs(attempt, random, backoffBaseMs, backoffCapMs));
  // Without a network, the failure is not due to the server, and does not count.
  return go('offline', 1, betweenMs(backoffCapMs / 2, backoffCapMs, random));
}

/** Waits until the page is visible, or until then. It is not a failure, and ends all consecutive ones. */
function away(from: Pick<State, 'online'>, retryInMs?: number): Transition {
  return [{ ...to(from, 'waiting', 1), reason: 'hidden', retryInMs }, 'drop'];
}

/** Returns a state with this name, and without the code, the reasons and the wait of the previous state. */
function to({ online }: Pick<State, 'online'>, name: ConnectionState, attempt: number): State {
  return { name, attempt, online };
}
