// Hooks for components inside a provider. They render when their result has changed, at most once in each animation frame.
import { useContext, useEffect, useSyncExternalStore } from 'react';
import type {
  AgentStatus,
  Connection,
  EventType,
  MissionControl,
  Payload,
  SessionActivity,
} from '../index';
import { Context, MountedContext } from './provider';
import { snapshotsOf } from './snapshots';

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

/** Returns the newest status of every agent, by agent id; a new map after each change. */
export function useAgents(): ReadonlyMap<string, AgentStatus> {
  return useAgentsOf(useMissionControl());
}

/** Returns the newest status of one agent; undefined until it is known. Renders only when this agent changes. */
export function useAgentStatus(agentId: string): AgentStatus | undefined {
  const client = useMissionControl();
  useMounted(agentId);
  return useSnapshot(client, () => client.agents.get(agentId));
}

/**
 * Returns the newest activity of every session, or of the sessions of one agent, the newest first. Renders only when one of
 * them changes.
 */
export function useSessions(agentId?: string): readonly SessionActivity[] {
  return useRegisters('session:activity', agentId);
}

/**
 * Returns the values of all registers of an event type, or of those of one agent, the newest first. Renders only when one
 * of them changes.
 */
export function useRegisters<Type extends EventType>(
  type: Type,
  agentId?: string,
): readonly Payload<Type>[] {
  const client = useMissionControl();
  useMounted(agentId);
  return useSnapshot(client, () => snapshotsOf(client).list(type, agentId), none);
}

/** Returns the state of the connection of `client`. */
export function useConnectionOf(client: MissionControl): Connection {
  return useSnapshot(client, () => client.connection, notYet);
}

/** Returns the newest status of every agent of `client`, by agent id; a new map after each change. */
export function useAgentsOf(client: MissionControl): Map<string, AgentStatus> {
  return useSnapshot(client, () => snapshotsOf(client).agents(), noAgents);
}

/** Lets the provider subscribe to an agent while the component is mounted. */
function useMounted(agentId: string | undefined): void {
  const mounted = useContext(MountedContext);
  useEffect(() => (agentId === undefined ? undefined : mounted?.add(agentId)), [mounted, agentId]);
}

/** @param initial the value during server rendering and hydration */
function useSnapshot<Value>(
  client: MissionControl,
  read: () => Value,
  initial?: NoInfer<Value>,
): Value {
  return useSyncExternalStore(snapshotsOf(client).subscribe, read, () => initial as Value);
}

const noAgents = new Map<string, never>();
const none: readonly never[] = [];
const notYet: Connection = {
  state: 'idle',
  attempt: 0,
  retryInMs: undefined,
  code: undefined,
  reason: undefined,
  since: 0,
  isSynced: false,
};
