// A client of Mission Control: a connection that stays, what is known by it, and who hears of it.
/// <reference lib="esnext.disposable" preserve="true" />
import type { AgentStatus, EventType, Payload, SessionActivity } from '../protocol';
import type { Connection } from './connection/connection';
import { createSupervisor } from './connection/supervisor';
import { settingsOf, type MissionControlOptions } from './options';
import { createListeners } from './state/listeners';
import { createRegisters, type Change, type RegisterMaps } from './state/registers';

/** Of each event type: a register of it has changed. */
type EventListeners = { [Type in EventType]: (value: Payload<Type>) => void };

/** The listener of each type that `on` takes. */
export interface ListenerTypes extends EventListeners {
  /** The newest status of an agent has changed. */
  'agent:status': (status: AgentStatus) => void;
  /** The newest activity of a session has changed. */
  'session:activity': (activity: SessionActivity) => void;
  /** After the listeners of each single value: all that one message has changed, or one batch, in its order. */
  change: (news: { readonly changes: readonly Change[] }) => void;
  /** The state of the connection has changed. */
  connection: (connection: Connection) => void;
}

/** A client of Mission Control. It has a map of registers for each event type. */
export interface MissionControl extends RegisterMaps {
  /** The state of the connection now. */
  readonly connection: Connection;
  /** The newest status of every agent, by agent id. The same map for ever: it changes. */
  readonly agents: ReadonlyMap<string, AgentStatus>;
  /** The newest activity of every session, by `sessionKey(agentId, sessionId)`. The same map for ever: it changes. */
  readonly sessions: ReadonlyMap<string, SessionActivity>;
  /**
   * Calls `listener` for each change: of an agent's status, of a session's activity (never twice for one, never
   * for an older one after a newer one), or of the connection; as `change` once for all that came in one message or
   * batch, after the listeners of the single ones. What a listener throws is reported as an uncaught
   * exception, and the others are called nevertheless.
   * @returns how to stop that
   */
  readonly on: <Type extends keyof ListenerTypes>(
    type: Type,
    listener: ListenerTypes[Type],
  ) => () => void;
  /** Connects now, with a fresh token: also from `idle` and `closed`, unless the signal has aborted. */
  readonly reconnect: () => void;
  /**
   * Takes another token from `getToken` into the open connection, which stays. Where the server refuses that, because
   * it is not valid or another user's, and where nothing is open, the same as {@link reconnect}.
   */
  readonly refresh: () => void;
  /** Closes the connection and leaves nothing behind: no socket, no timer, no listener of the page. */
  readonly close: () => void;
  /** The same as {@link close}. */
  readonly [Symbol.dispose]: () => void;
}

/**
 * Connects to Mission Control, and stays connected.
 * @throws a `TypeError` for options that cannot work
 */
export function createMissionControl(options: MissionControlOptions): MissionControl {
  const registers = createRegisters();
  const listeners = createListeners<ListenerTypes>();
  /** Of the message that is being taken. */
  const changes: Change[] = [];
  const supervisor = createSupervisor(settingsOf(options), {
    event(event, source) {
      const change = registers.merge(event, source);
      if (!change) return;
      changes.push(change);
      listeners.call(event.type, event.payload);
    },
    taken() {
      // What listeners heard of singly has happened, whatever one of them has done since.
      if (changes[0]) listeners.call('change', { changes: changes.splice(0) });
    },
    changed(connection) {
      listeners.call('connection', connection);
    },
  });
  // Where the symbol is not known yet, nobody can ask for it.
  return Object.assign(supervisor, registers.maps, {
    on: listeners.add,
    [Symbol.dispose]: supervisor.close,
  });
}
