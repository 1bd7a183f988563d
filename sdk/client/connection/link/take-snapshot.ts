// Takes the messages of a snapshot: what they say about the deployment, their events, and what the connection sees.
import type { ServerMessage } from '../../../protocol';
import { eventTypeDefinitions, type EventMessage } from '../../../protocol/event-message';
import type { Liveness } from './liveness';
import type { ServerClock } from './server-clock';
import type { Synchronization } from './synchronization';
import type { Visibility } from './visibility';

export type Snapshot = Extract<ServerMessage, { type: 'state:snapshot' }>['payload'];

/** What takes a part of a snapshot. */
interface Parts {
  readonly liveness: Liveness;
  readonly server: ServerClock;
  readonly sync: Synchronization;
  readonly visibility: Visibility;
  readonly isOver: () => boolean;
}

/** Takes a snapshot. Returns whether it is the end of the first one with which nothing is missing. */
export function takeSnapshot(
  snapshot: Snapshot,
  { liveness, server, sync, visibility, isOver }: Parts,
): boolean {
  const { heartbeatSeconds, lifetimeSeconds } = snapshot;
  if (heartbeatSeconds) liveness.learn(heartbeatSeconds);
  if (lifetimeSeconds) server.learn(lifetimeSeconds);
  for (const event of eventsIn(snapshot)) visibility.event(event, 'snapshot');
  if (isOver()) return false;
  const isFirst = snapshot.complete && sync.completed(snapshot.visibleAgents);
  server.heard(snapshot.timestamp);
  return isFirst;
}

function eventsIn(snapshot: Snapshot): EventMessage[] {
  return eventTypeDefinitions.flatMap(({ type, list }) =>
    snapshot[list].map((payload) => ({ type, payload }) as EventMessage),
  );
}
