// Creates a client: connects its connection with its registers and its listeners.
/// <reference lib="esnext.disposable" preserve="true" />
import type { AgentStatus, EventType, Payload, SessionActivity } from '../protocol';
import type { Connection } from './connection/connection';
import { createHistories, type History } from './connection/history';
import type { ErrorPayload } from './connection/link/exchange';
import { createSupervisor } from './connection/supervisor';
import { settingsOf, type MissionControlOptions } from './options';
import { createListeners } from './state/listeners';
import { createRegisters, type Change, type Register, type RegisterMaps } from './state/registers';

/** For each event type, the listener for changes of its registers. */
type EventListeners = { [Type in EventType]: (value: Payload<Type>) => void };

/** The listeners that `on` accepts, by type. */
export interface ListenerTypes extends EventListeners {
  /** Called with each newer status of an agent, also if it is the same status, reported again. */
  'agent:status': (status: AgentStatus) => void;
  /** Called with each newer activity of a session. */
  'session:activity': (activity: SessionActivity) => void;
  /** Called after the listeners of single changes, with all changes of one message or batch, in their order. */
  change: (news: { readonly changes: readonly Change[] }) => void;
  /**
   * Called when registers were removed: those of agents that are no longer visible, and those that the server has
   * forgotten. They are not in the maps any more.
   */
  forgotten: (news: { readonly registers: readonly Register[] }) => void;
  /** Called when the state of the connection has changed. */
  connection: (connection: Connection) => void;
  /** Called when `connection.isSynced` has become true, after the listeners of `connection`. */
  synced: (connection: Connection) => void;
  /** Called when the server has answered a message of the client with an error, e.g. `rate_limited`. */
  error: (error: ErrorPayload) => void;
}

/** A client of Mission Control. It has a map of registers for each event type. */
export interface MissionControl extends RegisterMaps {
  /** The current state of the connection. */
  readonly connection: Connection;
  /** The newest status of every agent, by agent id. It is always the same map, which is updated. */
  readonly agents: ReadonlyMap<string, AgentStatus>;
  /** The newest activity of every session, by `sessionKey(agentId, sessionId)`. It is always the same map, which is updated. */
  readonly sessions: ReadonlyMap<string, SessionActivity>;
  /**
   * Calls `listener` for each change of an agent, of a session or of the connection; with the type `change`, once for all
   * changes of a message or batch. A listener gets each value once, and the values of one agent or session in the order of
   * their timestamps. If a listener throws, the error is reported as an uncaught exception, and the other listeners are
   * still called.
   * @returns a function that removes the listener
   */
  readonly on: <Type extends keyof ListenerTypes>(
    type: Type,
    listener: ListenerTypes[Type],
  ) => () => void;
  /** Connects now with a fresh token, from any state including `closed`, unless the signal has aborted. */
  readonly reconnect: () => void;
  /**
   * Gets a token from `getToken`, and sends it over the open connection, which stays open. If the server refuses the token,
   * because it is not valid or belongs to another user, or if no connection is open, does the same as {@link reconnect}.
   */
  readonly refresh: () => void;
  /**
   * Asks for the events of these agents, and of no others, from now on. The server answers with their state, and the client
   * forgets the other agents and their sessions. Calls within one tick make one request.
   * @param agents ids, and prefixes that end in `*`, as in the option `agents`; `['*']`: all agents that the user may see
   * @throws {TypeError} if there are more than 100 patterns, or than 4,096 bytes, or if one is not valid
   */
  readonly subscribe: (agents: readonly string[]) => void;
  /**
   * Reads back what a session has reported, the newest event first: `for await (const activity of client.history(agentId,
   * sessionId))`. The client asks for a page of up to 100 events when the iteration needs it, waits while it is not connected,
   * and goes on after a reconnect without losing or repeating an event. Events that are reported meanwhile are not part of it.
   * @param options `limit`: the maximum number of events; `before`: only events before this time; `signal`: ends the iteration
   * @throws {HistoryError} while iterating: with the `code` of the server's error, or `closed`
   */
  readonly history: History;
  /** Closes the client, with all sockets, timers and page listeners. */
  readonly close: () => void;
  /** The same as {@link close}. */
  readonly [Symbol.dispose]: () => void;
}

/**
 * Creates a client, which connects to Mission Control and stays connected.
 * @throws {TypeError} if an option is invalid, or if there is no WebSocket to connect with
 */
export function createMissionControl(options: MissionControlOptions): MissionControl {
  const settings = settingsOf(options);
  const registers = createRegisters(settings.clock);
  const listeners = createListeners<ListenerTypes>();
  /** The changes of the message that is being handled. */
  const changes: Change[] = [];
  const taken = () => {
    // Also if a listener has closed the client in the meantime, because the changes have been reported one by one.
    if (changes[0]) listeners.call('change', { changes: changes.splice(0) });
  };
  const histories = createHistories(() => {
    if (supervisor.connection.state === 'closed') histories.close();
    else supervisor.pageAsked();
  });
  const supervisor = createSupervisor(settings, {
    ...histories,
    event(event, source) {
      const change = registers.merge(event, source);
      if (!change) return;
      changes.push(change);
      listeners.call(event.type, event.payload);
    },
    taken,
    visible(visible) {
      forgotten(registers.forgetOthers(visible));
    },
    passed(now, lifetimes) {
      forgotten(registers.forgetExpired(now, lifetimes));
    },
    error(error) {
      listeners.call('error', error);
    },
    changed(connection, previous) {
      if (connection.state === 'closed') histories.close();
      listeners.call('connection', connection);
      if (connection.isSynced && !previous.isSynced) listeners.call('synced', connection);
    },
  });
  function forgotten(removed: readonly Register[]): void {
    if (!removed[0]) return;
    // In the order in which the maps have changed, so that a copy of them does not get back what is forgotten.
    taken();
    listeners.call('forgotten', { registers: removed });
  }
  // In environments without `Symbol.dispose`, this adds an unused property.
  return Object.assign(supervisor, registers.maps, {
    on: listeners.add,
    history: histories.history,
    [Symbol.dispose]: supervisor.close,
  });
}
