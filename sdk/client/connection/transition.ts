// The states of a connection, and what changes them: a pure function. docs/client.md has the table.
import { backoffMs, betweenMs } from './backoff';
import type { Timing } from './timing';

/** The states of a connection; docs/client.md says what each means and what changes it. */
export type ConnectionState =
  'idle' | 'connecting' | 'connected' | 'waiting' | 'offline' | 'unauthorized' | 'closed';

export interface State {
  readonly name: ConnectionState;
  /** Number of the attempt under way or to come, since the last stable connection; 0 when there is none. */
  readonly attempt: number;
  /** What the page says about the network: a hint, which may be wrong. */
  readonly online: boolean;
  /** The wait until the next attempt, in milliseconds; none: somebody has to ask for it. */
  readonly retryInMs?: number;
  /** Close code of the WebSocket that ended last, if one was opened. */
  readonly code?: number;
  /** Why the state is what it is, if it is not for a good reason. */
  readonly reason?: string;
}

/** A connection or an attempt came to its end. */
export interface Ended {
  readonly type: 'ended';
  readonly code?: number;
  readonly reason?: string;
  /** The server has said that the token opens nothing. */
  readonly refused?: boolean;
  /** It is known that a new connection will do, and that not everybody asks for one now. */
  readonly atOnce?: boolean;
  /** Nobody sees the page. */
  readonly hidden?: boolean;
  /** From 0 to 1: decides how long to wait. */
  readonly luck: number;
}

export type Event =
  | { readonly type: 'start'; readonly online: boolean }
  | { readonly type: 'opened' | 'stable' | 'handover' | 'retry' | 'offline' | 'online' }
  | { readonly type: 'visible' | 'close' }
  | Ended;

/** What is to be done: open a connection, drop those that are there, or ask whether the present one lives. */
type Effect = 'open' | 'drop' | 'probe';

/** What transitions go by. */
export interface Rules {
  readonly timing: Timing;
  /** Attempts in a row that may fail. */
  readonly maxAttempts: number;
}

export type Transition = readonly [State, ...Effect[]];

export const initialState: State = {
  name: 'idle',
  attempt: 0,
  online: true,
};

/** What `event` makes of `state`, and what is to be done for it. */
export function transition(state: State, event: Event, rules: Rules): Transition {
  const { name } = state;
  const isOn = name === 'connecting' || name === 'connected';
  const isOff = name === 'waiting' || name === 'offline' || name === 'unauthorized';
  switch (event.type) {
    case 'start':
      return [{ ...to(state, 'connecting', 1), online: event.online }, 'drop', 'open'];
    case 'opened':
      if (name !== 'connecting') break;
      return [to(state, 'connected', state.attempt)];
    case 'stable':
      if (name !== 'connected') break;
      return [{ ...state, attempt: 0 }];
    case 'handover':
      if (name !== 'connected') break;
      return [to(state, 'connecting', 1)];
    case 'ended':
      if (!isOn) break;
      return ended(state, event, rules);
    case 'retry':
      if (!isOff) break;
      return [to(state, 'connecting', state.attempt), 'open'];
    case 'visible':
      if (name === 'connected') return [state, 'probe'];
      if (!isOff || state.reason === 'rate_limited') break;
      return [to(state, 'connecting', state.attempt), 'open'];
    case 'online':
    case 'offline':
      return network({ ...state, online: event.type === 'online' });
    case 'close':
      return [to(state, 'closed', 0), 'drop'];
  }
  return [state];
}

function ended(state: State, event: Ended, { timing, maxAttempts }: Rules): Transition {
  const { reason, code, luck } = event;
  const { attempt, online } = state;
  const why = { ...(code !== undefined && { code }), ...(reason !== undefined && { reason }) };
  const wait = (
    name: 'waiting' | 'offline' | 'unauthorized',
    retryInMs?: number,
    next = attempt + 1,
  ): Transition => [
    { ...to(state, name, next), ...why, ...(retryInMs !== undefined && { retryInMs }) },
    'drop',
  ];
  const { unauthorizedRetryMs, replacedRetryMs, backoffBaseMs, backoffCapMs } = timing;
  if (event.atOnce === true && online) {
    return [{ ...to(state, 'connecting', 1), ...why }, 'drop', 'open'];
  }
  if (attempt >= maxAttempts && online) {
    return [{ ...to(state, 'closed', 0), ...why, reason: 'max_attempts' }, 'drop'];
  }
  if (event.refused === true) {
    const [least, most] = [unauthorizedRetryMs * 0.75, unauthorizedRetryMs * 1.25];
    return wait('unauthorized', betweenMs(least, most, luck));
  }
  if (reason === 'replaced') {
    // The place went to another of this user's connections. Taking it back would go on for ever.
    if (event.hidden === true) return wait('waiting');
    return wait('waiting', betweenMs(replacedRetryMs / 2, replacedRetryMs, luck));
  }
  // A server that goes away sends everybody away in the same moment, and one that is flooded wants peace.
  const isCrowd = code !== undefined && crowdedCodes.includes(code);
  if (isCrowd || reason === 'rate_limited') {
    // A connection that was hardly open was an attempt, but one that succeeded.
    const failures = isCrowd ? Math.max(0, attempt - 1) : attempt;
    return wait('waiting', backoffMs(failures, luck, backoffCapMs / 4, backoffCapMs));
  }
  // No failure that counts: who has no network has not been turned away.
  if (!online) return wait('offline', betweenMs(backoffCapMs / 2, backoffCapMs, luck), 1);
  return wait('waiting', backoffMs(attempt, luck, backoffBaseMs, backoffCapMs));
}

/** Going away, service restart, try again later. */
const crowdedCodes = [1001, 1012, 1013];

/** Whatever the page says about the network: an open connection is asked, and what waits for a network goes on. */
function network(state: State): Transition {
  const { name, online, reason } = state;
  if (name === 'connected') return [state, 'probe'];
  // Neither of these was a matter of the network.
  const isPatient = reason === 'rate_limited' || reason === 'replaced';
  if (!online || isPatient || (name !== 'offline' && name !== 'waiting')) return [state];
  return [to(state, 'connecting', 1), 'open'];
}

/** A state of another name; what was said about the one before does not hold for it. */
function to({ online }: State, name: ConnectionState, attempt: number): State {
  return { name, attempt, online };
}
