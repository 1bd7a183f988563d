// A client without a socket, whose registers and listeners are the real ones. Everything happens within the call that causes it.
import { everyAgent, filterOf, type AgentFilter } from '../../protocol/agent-patterns';
import {
  definitionOf,
  eventTypeDefinitions,
  type EventMessage,
} from '../../protocol/event-message';
import { readServerMessage } from '../../protocol/message-reader';
import { byNewest } from '../../protocol/timelines';
import type { Connection } from '../connection/connection';
import { createHistories, type Histories } from '../connection/history';
import { subscriptionOf } from '../connection/subscription';
import { systemClock } from '../dependencies';
import type { ListenerTypes, MissionControl } from '../mission-control';
import { createListeners, type Listeners } from '../state/listeners';
import { createRegisters, type Change, type Registers, type Source } from '../state/registers';

/** The options of a fake client. */
export interface FakeOptions {
  /** The patterns of the agents that the client asks for at first, as in the option of a client. Default: all. */
  readonly agents?: readonly string[];
  /** Returns the current time in milliseconds since the Unix epoch, for `connection.since`. Default: `Date.now`. */
  readonly now?: () => number;
  /** Whether the service keeps timelines. If not, `history` throws an error with the code `timeline_off`. Default: true. */
  readonly hasTimelines?: boolean;
}

/** A client for tests. Its own methods change its state as those of a client do, without a server. */
export interface FakeMissionControl extends MissionControl {
  /**
   * Passes one event to the client, or several as one batch. Stale events and those of agents that are not visible have no
   * effect, and a closed client ignores all of them.
   * @param options `source`: `snapshot` if the events are part of a snapshot. Default: `live`
   * @throws {TypeError} if the type or a field of an event is not valid
   */
  readonly emit: (
    events: EventMessage | readonly EventMessage[],
    options?: { readonly source?: Source },
  ) => void;
  /** Opens the connection: the state is `connected`, and the client is synced. */
  readonly connect: () => void;
  /**
   * Refuses the token: the state is `unauthorized`.
   * @param refusal why, e.g. `token_expired`; default: the server has not said so
   */
  readonly refuse: (reason?: string, refusal?: string) => void;
  /** Ends the connection, or the attempt: the state is `waiting`. Default: the code 1006, without a reason. */
  readonly disconnect: (end?: Partial<Pick<Connection, 'code' | 'reason' | 'retryInMs'>>) => void;
  /**
   * Changes the connection in any way. With another `state`, `since` is the current time. Agents outside of `visibleAgents`
   * are removed.
   */
  readonly setConnection: (change: Partial<Connection>) => void;
  /**
   * Answers a message of the client with an error: the listeners of `error` are called. An iteration of `history` that waits
   * for its page throws it; any other gets its page as soon as it asks for it and the connection is open: all events of the
   * session that were passed to `emit`, also stale ones.
   */
  readonly fail: ListenerTypes['error'];
  /** Removes agents and their sessions, as the server forgets them by age: the listeners of `forgotten` are called. */
  readonly forget: (...agentIds: readonly string[]) => void;
  /** The patterns of each call of `subscribe`, in their order. */
  readonly subscriptions: readonly (readonly string[])[];
}

/**
 * Creates a client that is `connecting`.
 * @throws {TypeError} if `agents` are not patterns
 */
export function createFakeMissionControl(options: FakeOptions = {}): FakeMissionControl {
  const { now = () => systemClock.now(), hasTimelines = true } = options;
  const registers = createRegisters();
  const listeners = createListeners<ListenerTypes>();
  const subscriptions: (readonly string[])[] = [];
  const timelines = createTimelines(() => connection, listeners, hasTimelines);
  let visible = subscriptionOf(options.agents);
  let connection: Connection = {
    ...nothing,
    ...{ state: 'connecting', attempt: 1, since: now(), visibleAgents: patternsOf(visible) },
  };

  function keep(agents: AgentFilter): void {
    const forgotten = registers.forgetOthers(agents);
    if (forgotten.length > 0) listeners.call('forgotten', { registers: forgotten });
  }

  function setConnection(change: Partial<Connection>): void {
    const since = change.state && change.state !== connection.state ? now() : connection.since;
    const next: Connection = { ...connection, since, ...change };
    if (JSON.stringify(next) === JSON.stringify(connection)) return;
    const wasSynced = connection.isSynced;
    visible = filterOf(next.visibleAgents ?? [everyAgent]);
    keep(visible);
    connection = next;
    listeners.call('connection', connection);
    timelines.answer();
    if (next.isSynced && !wasSynced) listeners.call('synced', connection);
  }

  /** Enters a state without what belonged to the state before. */
  const enter = (change: Partial<Connection>) => {
    setConnection({ ...nothing, ...change });
  };
  const entering = (change: Partial<Connection>) => () => {
    enter(change);
  };
  const reconnect = entering({ state: 'connecting', attempt: 1 });
  const close = entering({ state: 'closed' });

  const members = {
    get connection() {
      return connection;
    },
    on: listeners.add,
    reconnect,
    refresh() {
      if (connection.state !== 'connected') reconnect();
    },
    subscribe(agents: readonly string[]) {
      const wanted = subscriptionOf(agents);
      subscriptions.push([...agents]);
      const { state, isSynced, visibleAgents: before } = connection;
      const visibleAgents = patternsOf(wanted);
      if (state === 'closed' || JSON.stringify(before) === JSON.stringify(visibleAgents)) return;
      // As with a server that answers at once.
      for (const change of [{ isSynced: false }, { visibleAgents }, { isSynced }])
        setConnection(change);
    },
    history: timelines.history,
    close,
    [Symbol.dispose]: close,
    emit: createEmit(registers, listeners, (event) => {
      const isTaken = connection.state !== 'closed' && visible.matches(event.payload.agentId);
      return timelines.keep(event, isTaken);
    }),
    ...serverOf(enter),
    fail: timelines.fail,
    forget(...agentIds: readonly string[]) {
      keep({ ...visible, matches: (agentId) => !agentIds.includes(agentId) });
    },
    setConnection,
    subscriptions,
  };
  return Object.assign(members, registers.maps);
}

/** Creates what `history` reads: the events that were emitted. */
function createTimelines(
  connection: () => Connection,
  listeners: Listeners<ListenerTypes>,
  hasTimelines: boolean,
) {
  const emitted: EventMessage[] = [];
  const histories: Histories = createHistories(answer);

  /** Answers what iterations ask for. */
  function answer(): void {
    const { state } = connection();
    if (state === 'closed') histories.close();
    const request = state === 'connected' ? histories.nextPage()?.payload : undefined;
    if (!request) return;
    if (hasTimelines) histories.page({ ...request, events: timelineOf(emitted, request) });
    else fail({ code: 'timeline_off', message: 'This service keeps no timelines.' });
  }

  function fail(error: Parameters<ListenerTypes['error']>[0]): void {
    const request = histories.nextPage();
    if (request) histories.pageFailed(request, error);
    listeners.call('error', error);
  }

  /** Keeps the event if it is taken. Returns whether it is. */
  function keep(event: EventMessage, isTaken: boolean): boolean {
    if (isTaken) emitted.push(event);
    return isTaken;
  }

  return { ...histories, keep, answer, fail };
}

/** Returns the events of a session before a time, the newest first and each once. */
function timelineOf(
  events: readonly EventMessage[],
  request: { readonly agentId: string; readonly sessionId: string; readonly before?: string },
) {
  const { agentId, sessionId, before = Infinity } = request;
  return events
    .flatMap(({ type, payload }) => (type === 'session:activity' ? payload : []))
    .filter((one) => one.agentId === agentId && one.sessionId === sessionId)
    .filter(({ timestamp }) => timestamp < Number(before))
    .map(({ lastMessage, timestamp }) => ({ lastMessage, timestamp }))
    .sort(byNewest)
    .filter((one, index, all) => !all[index - 1] || byNewest(one, all[index - 1] ?? one) !== 0);
}

/** @param sees takes an event, and returns whether it has an effect now */
function createEmit(
  registers: Registers,
  listeners: Listeners<ListenerTypes>,
  sees: (event: EventMessage) => boolean,
): FakeMissionControl['emit'] {
  return (events, { source = 'live' } = {}) => {
    const changes: Change[] = [];
    for (const event of [events].flat().map(checked)) {
      const change = sees(event) && registers.merge(event, source);
      if (!change) continue;
      changes.push(change);
      listeners.call(event.type, event.payload);
    }
    if (changes.length > 0) listeners.call('change', { changes });
  };
}

/** Returns what the server does to the connection. */
function serverOf(enter: (change: Partial<Connection>) => void) {
  return {
    connect() {
      enter({ state: 'connected', isSynced: true });
    },
    refuse(reason = 'refused', refusal?: string) {
      enter({ state: 'unauthorized', attempt: 2, retryInMs: 60_000, reason, refusal });
    },
    disconnect(end: Partial<Connection> = {}) {
      enter({ state: 'waiting', attempt: 1, retryInMs: 1_000, code: 1006, ...end });
    },
  };
}

/** What a state has if nothing else is said. */
const nothing = {
  ...{ attempt: 0, retryInMs: undefined, code: undefined, reason: undefined, refusal: undefined },
  isSynced: false,
};

/** The patterns as a connection has them: undefined for all agents. */
function patternsOf({ patterns }: AgentFilter): readonly string[] | undefined {
  return patterns[0] === everyAgent ? undefined : patterns;
}

/** Returns a copy of an event with only its documented fields, as a client receives it. */
function checked(event: EventMessage): EventMessage {
  const { type } = Object(event) as Partial<EventMessage>;
  const definition = definitionOf(type);
  if (!definition) {
    const types = eventTypeDefinitions.map((one) => one.type).join(', ');
    throw new TypeError(`The type of an event must be one of ${types}.`);
  }
  // Not with the schemas: they need `TextEncoder`, which the environment `jsdom` of Jest does not have.
  const read = readServerMessage(JSON.stringify(event));
  if (read) return read as EventMessage;
  throw new TypeError(`${type} must have the fields ${JSON.stringify(definition.fields)}.`);
}
