// Hooks for components inside a provider. They render when their result has changed, at most once in each animation frame.
import { useCallback, useContext, useMemo, useState, useSyncExternalStore } from 'react';
import {
  sessionHistory,
  storeOf,
  type Agent,
  type AgentsOptions,
  type ClientEvent,
  type Connection,
  type EventsOptions,
  type EventType,
  type ListOptions,
  type MissionControl,
  type Payload,
  type Reader,
  type SessionActivity,
  type SessionHistory,
  type SessionHistoryOptions,
} from '../index';
import { unknownAgent } from '../store/agents';
import { keepEqual, none } from '../store/reader';
import { AgentsContext, Context } from './provider';

/**
 * Returns the client of the provider, e.g. for `reconnect()`.
 * @throws {Error} outside of a provider
 */
export function useMissionControl(): MissionControl {
  const client = useContext(Context);
  if (client === undefined) throw new Error('There is no MissionControlProvider around this.');
  return client;
}

/** Returns the state of the connection. */
export function useConnection(): Connection {
  return useConnectionOf(useMissionControl());
}

/**
 * Returns the agents, sorted by name unless `sort` says otherwise; a new list when one of its agents has changed.
 * @param options `filter` and `sort` may be new functions in each render; they must depend on their arguments and on what
 *   the component renders alone. A `sort` that is the same function each time takes less time.
 */
export function useAgents(options: AgentsOptions = {}): readonly Agent[] {
  const { filter, sort, limit } = options;
  const store = storeOf(useMissionControl());
  return useList(
    useMemo(() => store.agents({ filter, sort, limit }), [store, filter, sort, limit]),
  );
}

/**
 * Returns what is known of one agent. Renders only when this agent changes, or when the client has asked for it, or has got
 * its state.
 */
export function useAgent(agentId: string): Agent {
  const store = storeOf(useMissionControl());
  const isAsked = useMounted(agentId);
  const [reader, pending] = useMemo(
    () => [store.agent(agentId), unknownAgent(agentId, true)] as const,
    [store, agentId],
  );
  const agent = useReader(reader, pending);
  return agent.isKnown || isAsked ? agent : pending;
}

/**
 * Returns the newest activity of every session, or of the sessions of one agent, the newest first. Renders only when the
 * list changes.
 */
export function useSessions(agentId?: string, options?: ListOptions): readonly SessionActivity[] {
  return useRegisters('session:activity', agentId, options);
}

/**
 * Returns the values of all registers of an event type, or of those of one agent, the newest first. Renders only when the
 * list changes.
 */
export function useRegisters<Type extends EventType>(
  type: Type,
  agentId?: string,
  options: ListOptions = {},
): readonly Payload<Type>[] {
  const client = useMissionControl();
  useMounted(agentId);
  return useRegistersOf(client, type, agentId, options.limit);
}

/** Returns the newest events of all agents or of one, the newest first. Renders only when the list changes. */
export function useEvents(options: EventsOptions = {}): readonly ClientEvent[] {
  const { limit, agentId } = options;
  const store = storeOf(useMissionControl());
  useMounted(agentId);
  return useList(useMemo(() => store.events({ limit, agentId }), [store, limit, agentId]));
}

/**
 * Returns the timeline of a session: the newest page from the server as soon as the client is synced, and again after each
 * interruption, together with the events that arrive; earlier pages with `older()`. Renders only when something of it changes.
 */
export function useHistory(
  agentId: string,
  sessionId: string,
  options: SessionHistoryOptions = {},
): SessionHistory {
  const { limit } = options;
  const client = useMissionControl();
  useMounted(agentId);
  return useReader(
    useMemo(
      () => sessionHistory(client, agentId, sessionId, { limit }),
      [client, agentId, sessionId, limit],
    ),
    notRead,
  );
}

/** Returns the state of the connection of `client`. */
export function useConnectionOf(client: MissionControl): Connection {
  return useReader(
    useMemo(() => storeOf(client).connection(), [client]),
    notYet,
  );
}

/** Returns the registers of `client`, as {@link useRegisters} does. */
export function useRegistersOf<Type extends EventType>(
  client: MissionControl,
  type: Type,
  agentId?: string,
  limit?: number,
): readonly Payload<Type>[] {
  return useList(
    useMemo(
      () => storeOf(client).registers(type, agentId, { limit }),
      [client, type, agentId, limit],
    ),
  );
}

/**
 * Tells the provider which agent the component shows while it is mounted; no agent has an empty id. Returns whether the client
 * has asked for what the provider wants of it.
 */
function useMounted(agentId = ''): boolean {
  const provided = useContext(AgentsContext);
  const subscribe = useCallback(
    (asked: () => void) => provided?.add(agentId, asked) ?? (() => undefined),
    [provided, agentId],
  );
  const isAsked = () => !provided || provided.isAsked(agentId);
  return useSyncExternalStore(subscribe, isAsked, isAsked);
}

/** Returns the list of a reader. It stays the same if another reader has the same items: filters may be inline functions. */
function useList<Item>(reader: Reader<readonly Item[]>): readonly Item[] {
  const [keep] = useState(() => keepEqual<Item>());
  return useReader({ ...reader, read: () => keep(reader.read()) }, none);
}

/** @param initial the value during server rendering and hydration */
function useReader<Value>({ subscribe, read }: Reader<Value>, initial: NoInfer<Value>): Value {
  return useSyncExternalStore(subscribe, read, () => initial);
}

const notRead: SessionHistory = {
  ...{ events: none, isLoading: true, hasOlder: true, error: undefined },
  older: () => undefined,
};

const notYet: Connection = {
  state: 'idle',
  attempt: 0,
  retryInMs: undefined,
  code: undefined,
  reason: undefined,
  since: 0,
  isSynced: false,
};
