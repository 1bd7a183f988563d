// Adapts a client to React: values keep their identity until they change, and listeners are called once per animation frame.
import type { AgentStatus, EventType, MissionControl, Payload } from '../index';
import { definitionOf } from '../../protocol/event-message';
import { inNextFrame } from './frames';

/** The values of one client, shared by all components that use it. */
export interface Snapshots {
  /** Calls `listener` in the animation frame after any change. Returns a function that unsubscribes. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Returns the status of every agent, by agent id; a new map after each change. */
  readonly agents: () => Map<string, AgentStatus>;
  /** Returns the registers of one agent, or of all, the newest first; a new list after each change of one of them. */
  readonly list: <Type extends EventType>(
    type: Type,
    agentId: string | undefined,
  ) => readonly Payload<Type>[];
}

function createSnapshots(client: MissionControl): Snapshots {
  const listeners = new Set<() => void>();
  /** Cached results, until they change: the map of agents, and the lists of each type, of all agents and by agent. */
  const kept = new Map<string, unknown>();
  let isDue = false;

  function changed(): void {
    if (isDue || listeners.size === 0) return;
    isDue = true;
    inNextFrame(() => {
      isDue = false;
      for (const listener of listeners) listener();
    });
  }

  const keep = <Value>(key: string, make: () => Value) =>
    (kept.get(key) ?? kept.set(key, make()).get(key)) as Value;

  let { visibleAgents } = client.connection;
  client.on('connection', (connection) => {
    // The client has removed agents from its maps.
    if (connection.visibleAgents !== visibleAgents) kept.clear();
    ({ visibleAgents } = connection);
    changed();
  });
  client.on('change', ({ changes }) => {
    for (const { type, current } of changes) {
      const { list } = definitionOf(type);
      for (const key of [list, type, `${type},${current.agentId}`]) kept.delete(key);
    }
    changed();
  });
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    agents: () => keep('agents', () => new Map(client.agents)),
    list: <Type extends EventType>(type: Type, agentId?: string) =>
      keep(agentId === undefined ? type : `${type},${agentId}`, () => {
        const registers = client[definitionOf(type).list];
        return ([...registers.values()] as Payload<Type>[])
          .filter((register) => agentId === undefined || register.agentId === agentId)
          .sort((one, other) => other.timestamp - one.timestamp);
      }),
  };
}

const snapshotsOfClients = new WeakMap<MissionControl, Snapshots>();

/** Returns the snapshots of a client, which are created once. */
export function snapshotsOf(client: MissionControl): Snapshots {
  const snapshots = snapshotsOfClients.get(client) ?? createSnapshots(client);
  snapshotsOfClients.set(client, snapshots);
  return snapshots;
}
