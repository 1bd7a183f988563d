// What a client knows, as React wants it: values that stay the same until they change, and one notice for each animation frame.
import type { AgentStatus, Connection, MissionControl, SessionActivity } from '../index';
import { inNextFrame } from './frames';

/** Of one client, for all components that show something of it. */
export interface Snapshots {
  /** Calls `listener` in the animation frame after something has changed, whatever it was. Returns how to stop that. */
  readonly subscribe: (listener: () => void) => () => void;
  readonly connection: () => Connection;
  /** By agent id; another map after each change. */
  readonly agents: () => Map<string, AgentStatus>;
  readonly status: (agentId: string) => AgentStatus | undefined;
  /** Of one agent, or of all: the newest first; another list after each change of one of them. */
  readonly sessions: (agentId: string | undefined) => readonly SessionActivity[];
}

function createSnapshots(client: MissionControl): Snapshots {
  const listeners = new Set<() => void>();
  /** By agent id; that of all sessions by undefined. */
  const lists = new Map<string | undefined, readonly SessionActivity[]>();
  let agents: Map<string, AgentStatus> | undefined;
  let isDue = false;

  function changed(): void {
    if (isDue || listeners.size === 0) return;
    isDue = true;
    inNextFrame(() => {
      isDue = false;
      for (const listener of listeners) listener();
    });
  }

  client.on('connection', changed);
  client.on('agent:status', () => {
    agents = undefined;
    changed();
  });
  client.on('session:activity', ({ agentId }) => {
    lists.delete(agentId);
    lists.delete(undefined);
    changed();
  });
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    connection: () => client.connection,
    agents: () => (agents ??= new Map(client.agents)),
    status: (agentId) => client.agents.get(agentId),
    sessions(agentId) {
      const list = lists.get(agentId) ?? sessionsOf(client, agentId);
      lists.set(agentId, list);
      return list;
    },
  };
}

function sessionsOf({ sessions }: MissionControl, agentId: string | undefined): SessionActivity[] {
  return [...sessions.values()]
    .filter((activity) => agentId === undefined || activity.agentId === agentId)
    .sort((one, other) => other.timestamp - one.timestamp);
}

const snapshotsOfClients = new WeakMap<MissionControl, Snapshots>();

/** The snapshots of a client: the same ones for as long as it lives. */
export function snapshotsOf(client: MissionControl): Snapshots {
  const snapshots = snapshotsOfClients.get(client) ?? createSnapshots(client);
  snapshotsOfClients.set(client, snapshots);
  return snapshots;
}
