// Keeps the registers of each event type sorted, of all agents and of each agent. A list is created when it is first read.
import {
  definitionOf,
  eventTypeDefinitions,
  type AnyDefinition,
  type AnyPayload,
  type EventType,
} from '../../protocol/event-message';
import { idsIn } from '../../protocol/registers';
import type { MissionControl } from '../mission-control';
import { registerKey, type Change, type Register } from '../state/registers';
import { none } from './reader';
import { Sorted, type Order } from './sorted';

/** Returns the registers of all types. */
export function registersIn(
  valuesOf: (definition: AnyDefinition) => Iterable<AnyPayload>,
): Register[] {
  return eventTypeDefinitions.flatMap((definition) =>
    Array.from(valuesOf(definition), (value) => ({ type: definition.type, value }) as Register),
  );
}

/** Returns all registers of a client. */
export function allRegisters(client: MissionControl): Register[] {
  return registersIn(({ list }) => client[list].values());
}

export interface RegisterLists {
  /**
   * Returns the registers of a type, of one agent or of all, the newest first; the same list until one of them changes.
   * @throws {TypeError} if there is no such event type
   */
  readonly list: (type: EventType, agentId: string | undefined) => readonly AnyPayload[];
  readonly take: (change: Change) => void;
  /** Removes registers. */
  readonly forget: (registers: readonly Register[]) => void;
}

/** Creates the lists of a client. */
export function createRegisterLists(client: MissionControl): RegisterLists {
  const ofAll = new Map<EventType, Sorted<AnyPayload>>();
  const ofAgents = new Map<EventType, Map<string, Sorted<AnyPayload>>>();

  const create = (type: EventType) => {
    const list = new Sorted(newestFirst(definitionOf(type)), valuesOf(client, type));
    ofAll.set(type, list);
    return list;
  };

  /** For all agents at once: a search for each of them would go through all registers each time. */
  function createOfAgents(type: EventType): Map<string, Sorted<AnyPayload>> {
    const lists = new Map<string, Sorted<AnyPayload>>();
    ofAgents.set(type, lists);
    for (const value of valuesOf(client, type)) replace(type, undefined, value);
    return lists;
  }

  function replace(type: EventType, previous: AnyPayload | undefined, current: AnyPayload): void {
    ofAll.get(type)?.replace(previous, current);
    const lists = ofAgents.get(type);
    if (!lists) return;
    const list = lists.get(current.agentId) ?? new Sorted(newestFirst(definitionOf(type)));
    lists.set(current.agentId, list);
    list.replace(previous, current);
  }

  return {
    list(type, agentId) {
      if (agentId === undefined) return (ofAll.get(type) ?? create(type)).read();
      return (ofAgents.get(type) ?? createOfAgents(type)).get(agentId)?.read() ?? none;
    },
    take({ type, previous, current }) {
      replace(type, previous, current);
    },
    forget(registers) {
      for (const { type, value } of registers) {
        ofAll.get(type)?.replace(value, undefined);
        const list = ofAgents.get(type)?.get(value.agentId);
        list?.replace(value, undefined);
        // Over time, there may be any number of agents.
        if (list?.read().length === 0) ofAgents.get(type)?.delete(value.agentId);
      }
    },
  };
}

function valuesOf(client: MissionControl, type: EventType): AnyPayload[] {
  const definition = definitionOf(type) as AnyDefinition | undefined;
  if (!definition) throw new TypeError(`There is no event type ${type}.`);
  return [...client[definition.list].values()];
}

/** By timestamp. Registers with the same one are in the order of their keys, so that they keep their places. */
function newestFirst(definition: AnyDefinition): Order<AnyPayload> {
  const keyOf = (value: AnyPayload) => registerKey(...idsIn(definition, value));
  return (one, other) => {
    const later = other.timestamp - one.timestamp;
    return later || Number(keyOf(one) > keyOf(other)) - Number(keyOf(one) < keyOf(other));
  };
}
