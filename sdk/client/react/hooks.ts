// Hooks for what is inside a provider. Each renders when what it gives has changed, at most once in an animation frame.
import { useContext, useSyncExternalStore } from 'react';
import type { AgentStatus, Connection, MissionControl, SessionActivity } from '../index';
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
  const snapshots = snapshotsOf(useMissionControl());
  const read = () => snapshots.status(agentId);
  return useSyncExternalStore(snapshots.subscribe, read, nothing);
}

/**
 * The newest activity of every session, or of every session of one agent: the newest first. Renders when one of
 * them changes, and only then.
 */
export function useSessions(agentId?: string): readonly SessionActivity[] {
  const snapshots = snapshotsOf(useMissionControl());
  const read = () => snapshots.sessions(agentId);
  return useSyncExternalStore(snapshots.subscribe, read, () => noSessions);
}

export function useConnectionOf(client: MissionControl): Connection {
  const { subscribe, connection } = snapshotsOf(client);
  return useSyncExternalStore(subscribe, connection, () => notYet);
}

export function useAgentsOf(client: MissionControl): Map<string, AgentStatus> {
  const { subscribe, agents } = snapshotsOf(client);
  return useSyncExternalStore(subscribe, agents, () => noAgents);
}

// What there is on a server, and while its page comes to life.
const nothing = () => undefined;
const noAgents = new Map<string, never>();
const noSessions: readonly never[] = [];
const notYet: Connection = {
  state: 'idle',
  attempt: 0,
  retryInMs: undefined,
  code: undefined,
  reason: undefined,
  since: 0,
};
