// The states of a connection, and what changes them: a pure function. docs/client.md has the table.
import { backoffMs, betweenMs } from './backoff';
import type { Timing } from './timing';

export type ConnectionState =
  'idle' | 'connecting' | 'connected' | 'waiting' | 'offline' | 'unauthorized' | 'closed';

export interface State {
  readonly name: ConnectionState;
  /** Number of the attempt under way or to come, since the last stable connection; 0 when there is none. */
  readonly attempt: number;
  /** Handshakes refused in a row although the network was fine. */
  readonly refusals: number;
  /** Whether a token has ever opened a connection: then a refusal is more likely meant for the crowd. */
  readonly trusted: boolean;
  /** What the page says about the network. */
  readonly online: boolean;
  /** Whether a socket is open: it is kept while offline, as it may survive. */
  readonly linked: boolean;
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
  /** The handshake was refused by a server that can be reached. */
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
export type Effect = 'open' | 'drop' | 'probe';

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
  refusals: 0,
  trusted: false,
  online: true,
  linked: false,
};

/** What `event` makes of `state`, and what is to be done for it. */
export function transition(state: State, event: Event, rules: Rules): Transition {
  const { name } = state;
  const isOn = name === 'connecting' || name === 'connected';
  const isOff = name === 'waiting' || name === 'unauthorized';
  switch (event.type) {
    case 'start':
      // A person who asks again knows more about the network than the browser does.
      return (name === 'idle' || name === 'closed') && !event.online
        ? [{ ...to(state, 'offline', 1), online: false, refusals: 0 }]
        : [{ ...to(state, 'connecting', 1), online: event.online, refusals: 0 }, 'drop', 'open'];
    case 'opened':
      if (name !== 'connecting') break;
      return [
        { ...to(state, 'connected', state.attempt), refusals: 0, trusted: true, linked: true },
      ];
    case 'stable':
      if (name !== 'connected') break;
      return [{ ...state, attempt: 0 }];
    case 'handover':
      if (name === 'offline') return [{ ...state, linked: false }, 'drop'];
      if (name !== 'connected') break;
      return [to(state, 'connecting', 1)];
    case 'ended':
      if (name === 'offline') return [{ ...state, linked: false }];
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
      return online({ ...state, online: true });
    case 'offline':
      if (name === 'connected') return [offline(state, true)];
      if (name === 'connecting') return [offline(state, false), 'drop'];
      return [isOff ? offline(state, false) : { ...state, online: false }];
    case 'close':
      return [to(state, 'closed', 0), 'drop'];
  }
  return [state];
}

function ended(state: State, event: Ended, { timing, maxAttempts }: Rules): Transition {
  const { reason, code, luck } = event;
  const why = { ...(code !== undefined && { code }), ...(reason !== undefined && { reason }) };
  if (!state.online) return [{ ...offline(state, false), ...why }];
  if (event.atOnce === true) return [{ ...to(state, 'connecting', 1), ...why }, 'drop', 'open'];
  const failures = state.attempt;
  if (failures >= maxAttempts) {
    return [{ ...to(state, 'closed', 0), ...why, reason: 'max_attempts' }, 'drop'];
  }
  const refusals = event.refused === true ? state.refusals + 1 : 0;
  const wait = (name: 'waiting' | 'unauthorized', retryInMs?: number): Transition => [
    {
      ...to(state, name, failures + 1),
      ...why,
      refusals,
      ...(retryInMs !== undefined && { retryInMs }),
    },
    'drop',
  ];
  const { unauthorizedRetryMs, replacedRetryMs, backoffBaseMs, backoffCapMs } = timing;
  if (refusals >= 2) {
    const [least, most] = [unauthorizedRetryMs * 0.75, unauthorizedRetryMs * 1.25];
    return wait('unauthorized', betweenMs(least, most, luck));
  }
  if (reason === 'replaced') {
    // The place went to another of this user's connections. Taking it back would go on for ever.
    if (event.hidden === true) return wait('waiting');
    return wait('waiting', betweenMs(replacedRetryMs / 2, replacedRetryMs, luck));
  }
  // A server that goes away sends everybody away in the same moment, one that is flooded wants peace, and one that
  // refuses a good token may have too many handshakes: browsers cannot see that it says 429.
  const crowded =
    reason === 'rate_limited' ||
    (code !== undefined && crowdedCodes.includes(code)) ||
    (refusals > 0 && state.trusted);
  const base = crowded ? backoffCapMs : backoffBaseMs;
  return wait('waiting', backoffMs(failures, luck, base, backoffCapMs));
}

/** Going away, service restart, try again later. */
const crowdedCodes = [1001, 1012, 1013];

function online(state: State): Transition {
  const { name, linked } = state;
  if (name === 'connected') return [state, 'probe'];
  if (name === 'offline' && linked) return [to(state, 'connected', state.attempt, true), 'probe'];
  if (name === 'offline' || name === 'waiting') return [to(state, 'connecting', 1), 'open'];
  return [state];
}

function offline(state: State, linked: boolean): State {
  return { ...to(state, 'offline', linked ? state.attempt : 1, linked), online: false };
}

/** A state of another name; what was said about the one before does not hold for it. */
function to(state: State, name: ConnectionState, attempt: number, linked = false): State {
  const { refusals, trusted, online } = state;
  return { name, attempt, refusals, trusted, online, linked };
}
