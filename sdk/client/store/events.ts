// Keeps the newest events of a client, in the order of their timestamps.
import type { MissionControl } from '../mission-control';
import type { Change, Register } from '../state/registers';
import { allRegisters } from './register-lists';
import { Sorted, type Order } from './sorted';

/** An event that changed a register: a {@link Change} with a number that identifies it, e.g. for keys in a list. */
export type ClientEvent = Change & { readonly id: number };

/** The number of events that a client keeps, and at most of one agent. */
const keptEvents = 1_000;

/** By timestamp; events with the same one in the reverse order of their arrival. */
const newestFirst: Order<ClientEvent> = (one, other) =>
  other.current.timestamp - one.current.timestamp || other.id - one.id;

export interface Events {
  /** Returns the newest events, the newest first; the same list until there is another one. */
  readonly list: () => readonly ClientEvent[];
  /**
   * Returns the newest events of an agent, the newest first, at most 1,000: those of `known` and of the list, and the agent's
   * registers that are in neither, because their events came earlier.
   */
  readonly ofAgent: (
    agentId: string,
    known: readonly ClientEvent[],
    registers: readonly Register[],
  ) => readonly ClientEvent[];
  readonly take: (change: Change) => void;
  /** Forgets the events of all agents that are not known any more. */
  readonly forget: (isKnown: (agentId: string) => boolean) => void;
}

/** Creates the events of a client. The registers that it has are the first ones. */
export function createEvents(client: MissionControl): Events {
  let lastId = 0;
  const eventOf = (change: Change): ClientEvent => ({ ...change, id: (lastId += 1) });
  const restored = ({ type, value }: Register) =>
    eventOf({ type, current: value, previous: undefined, source: 'snapshot' } as Change);

  const first = allRegisters(client)
    .sort((one, other) => one.value.timestamp - other.value.timestamp)
    .slice(-keptEvents)
    .map(restored);
  /** If this is called by a listener for one change, the client reports the same change once more, among others. */
  const firstValues = new WeakSet(first.map(({ current }) => current));
  let events = new Sorted(newestFirst, first, keptEvents);
  return {
    list: () => events.read(),
    ofAgent(agentId, known, registers) {
      const all = new Map(known.map((event) => [event.current, event]));
      for (const event of events.read())
        if (event.current.agentId === agentId) all.set(event.current, event);
      for (const register of registers)
        if (!all.has(register.value)) all.set(register.value, restored(register));
      return [...all.values()].sort(newestFirst).slice(0, keptEvents);
    },
    take(change) {
      if (!firstValues.has(change.current)) events.replace(undefined, eventOf(change));
    },
    forget(isKnown) {
      const left = events.read().filter(({ current }) => isKnown(current.agentId));
      events = new Sorted(newestFirst, left, keptEvents);
    },
  };
}
