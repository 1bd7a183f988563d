// Chooses the events of a client to print: first a part of its state, then all that is new.
import type { Change, MissionControl } from '../../client';
import {
  eventTypeDefinitions,
  isOfSession,
  type AnyPayload,
  type EventMessage,
} from '../../protocol/event-message';

export interface PrintOptions {
  /** Events of the first snapshot are printed if they are not older; undefined: those of agents, but not of sessions. */
  readonly since: number | undefined;
  readonly print: (event: EventMessage) => void;
}

/**
 * Prints the events of a client. Those of the first snapshot come when it is complete, in the order of their timestamps.
 * Later snapshots, after each reconnect, repeat what the client knows: only what it has missed is printed. Of several
 * events that an agent or session has reported meanwhile, the newest one is printed.
 */
export function printEvents(client: MissionControl, { since, print }: PrintOptions): void {
  /** Live events that came before the first snapshot was complete. */
  const printed = new WeakSet<AnyPayload>();
  let isStarted = false;

  client.on('change', ({ changes }) => {
    const news = isStarted ? changes : changes.filter(({ source }) => source === 'live');
    for (const change of inOrder(news)) {
      printed.add(change.current);
      print(eventOf(change));
    }
  });
  // Called after the listeners of the changes with which the client is synced.
  const stop = client.on('synced', () => {
    stop();
    isStarted = true;
    const isWanted = ({ type, payload }: EventMessage) =>
      since === undefined ? !isOfSession(type) : payload.timestamp >= since;
    eventsOf(client)
      .filter((event) => !printed.has(event.payload) && isWanted(event))
      .sort((one, other) => one.payload.timestamp - other.payload.timestamp)
      .forEach(print);
  });
}

/** Live events are in the order in which they were sent, those of a snapshot are not. */
function inOrder(changes: readonly Change[]): readonly Change[] {
  if (changes.every(({ source }) => source === 'live')) return changes;
  return [...changes].sort((one, other) => one.current.timestamp - other.current.timestamp);
}

const eventOf = ({ type, current }: Change) => ({ type, payload: current }) as EventMessage;

/** The newest events of all agents and sessions. */
function eventsOf(client: MissionControl): EventMessage[] {
  return eventTypeDefinitions.flatMap(({ type, list }) => {
    const values: readonly AnyPayload[] = [...client[list].values()];
    return values.map((payload) => ({ type, payload }) as EventMessage);
  });
}
