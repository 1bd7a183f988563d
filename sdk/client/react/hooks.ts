// Hooks for what is inside a provider. Each renders when what it gives has changed, at most once in an animation frame.
import { useContext, useSyncExternalStore } from 'react';
import type {
  AgentStatus,
  Connection,
  EventType,
  MissionControl,
  Payload,
  SessionActivity,
} from '../index';
import { Context } from './provider';
import { snapshotsOf } from './snapshots';

/** The client of the provider around, e.g. for `reconnect()`. @throws an `Error` without a provider */
export function useMissionControl(): MissionControl {
  const client = useContext(Context);
  if (client === undefined) throw new Error('There is no MissionControlProvider around this.');
  return client;
}

/** The state of the connection. */
export function useConnection(): Connection {
  return useConnectionOf(useMissionControl());
}

/** The newest status of every agent, by agent id: another map after each change. */
export function useAgents(): ReadonlyMap<string, AgentStatus> {
  return useAgentsOf(useMissionControl());
}

/** The newest status of one agent; undefined until it is known. Renders when this agent changes, and only then. */
export function useAgentStatus(agentId: string): AgentStatus | undefined {
  const client = useMissionControl();
  return useSnapshot(client, () => client.agents.get(agentId));
}

/**
 * The newest activity of every session, or of every session of one agent: the newest first. Renders when one of
 * them changes, and only then.
 */
export function useSessions(agentId?: string): readonly SessionActivity[] {
  return useRegisters('session:activity', agentId);
}

/**
 * What all registers of an event type hold, or those of one agent: the newest first. Renders when one of them changes,
 * and only then.
 */
export function useRegisters<Type extends EventType>(
  type: Type,
  agentId?: string,
): readonly Payload<Type>[] {
  const client = useMissionControl();
  return useSnapshot(client, () => snapshotsOf(client).list(type, agentId), none);
}

export function useConnectionOf(client: MissionControl): Connection {
  return useSnapshot(client, () => client.connection, notYet);
}

export function useAgentsOf(client: MissionControl): Map<string, AgentStatus> {
  return useSnapshot(client, () => snapshotsOf(client).agents(), noAgents);
}

/** @param initial what there is on a server, and while its page comes to life */
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
};
