// What a client knows, as React wants it: values that stay the same until they change, and one notice for each animation frame.
import type { AgentStatus, EventType, MissionControl, Payload } from '../index';
import { definitionOf } from '../../protocol/event-message';
import { inNextFrame } from './frames';

/** Of one client, for all components that show something of it. */
export interface Snapshots {
  /** Calls `listener` in the animation frame after something has changed, whatever it was. Returns how to stop that. */
  readonly subscribe: (listener: () => void) => () => void;
  /** By agent id; another map after each change. */
  readonly agents: () => Map<string, AgentStatus>;
  /** Of one agent, or of all: the newest first; another list after each change of one of them. */
  readonly list: <Type extends EventType>(
    type: Type,
    agentId: string | undefined,
  ) => readonly Payload<Type>[];
}

function createSnapshots(client: MissionControl): Snapshots {
  const listeners = new Set<() => void>();
  /** What has been read since it changed last: the lists of each type, by agent, and the map of agents. */
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

  client.on('connection', changed);
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

/** The snapshots of a client: the same ones for as long as it lives. */
export function snapshotsOf(client: MissionControl): Snapshots {
  const snapshots = snapshotsOfClients.get(client) ?? createSnapshots(client);
  snapshotsOfClients.set(client, snapshots);
  return snapshots;
}
