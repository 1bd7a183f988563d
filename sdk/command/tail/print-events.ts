// Chooses the events of a client to print: first a part of its state and of its timelines, then all that is new.
import type { Change, MissionControl, SessionActivity } from '../../client';
import {
  eventTypeDefinitions,
  isOfSession,
  type AnyPayload,
  type EventMessage,
} from '../../protocol/event-message';
import { compareText, registerOf, versionOfEvent } from '../../protocol/registers';
import { readTimelines, sessionsSince, type ReadOptions } from './read-timelines';

export interface PrintOptions {
  /**
   * What was reported since then is printed first; undefined: the newest events of agents, but none of sessions. Milliseconds
   * since the Unix epoch.
   */
  readonly since: number | undefined;
  /** Prints events that are known at the same time. */
  readonly print: (events: readonly EventMessage[]) => void;
  readonly complain: ReadOptions['complain'];
  /** Creates the signal that ends the reading of timelines. */
  readonly timeout: () => AbortSignal;
}

/**
 * Prints the events of a client. Those of the first snapshot come when it is complete, in the order of their timestamps; with
 * `since`, together with those of the timelines. Later snapshots, after each reconnect, repeat what the client knows: only what
 * it has missed is printed. Of several events that an agent or session has reported meanwhile, the newest one is printed.
 */
export function printEvents(client: MissionControl, options: PrintOptions): void {
  const { since, print } = options;
  /** Versions of registers that were printed before all that is new is printed: their messages may come later. */
  const printed = new Set<string>();
  /** With `since`, what is new waits until the older events are printed. */
  const held: EventMessage[] = [];
  let state: 'syncing' | 'reading' | 'following' = 'syncing';

  function start(told: readonly EventMessage[]): void {
    state = 'following';
    const events = new Map([...told, ...held.splice(0)].map((event) => [versionKey(event), event]));
    for (const key of printed) events.delete(key);
    print(inOrder([...events.values()]));
    for (const key of events.keys()) printed.add(key);
  }

  client.on('change', ({ changes }) => {
    const news = state === 'syncing' ? changes.filter(({ source }) => source === 'live') : changes;
    const events = news.map(eventOf).filter((event) => !printed.has(versionKey(event)));
    if (state !== 'following' && since !== undefined) {
      held.push(...events);
      return;
    }
    // Live events are in the order in which they were sent, those of a snapshot are not.
    const isLive = news.every(({ source }) => source === 'live');
    if (state === 'syncing') for (const event of events) printed.add(versionKey(event));
    print(isLive ? events : inOrder(events));
  });
  // Called after the listeners of the changes with which the client is synced.
  const stop = client.on('synced', () => {
    stop();
    const isWanted = ({ type, payload }: EventMessage) =>
      since === undefined ? !isOfSession(type) : payload.timestamp >= since;
    const newest = eventsOf(client).filter(isWanted);
    const sessions = since === undefined ? [] : sessionsSince(client, since);
    if (since === undefined || sessions.length === 0) {
      start(newest);
      return;
    }
    state = 'reading';
    void readTimelines(client, sessions, { ...options, since, signal: options.timeout() }).then(
      (told) => {
        start([...newest, ...told.map(eventOfSession)]);
      },
    );
  });
}

const versionKey = (event: EventMessage) =>
  JSON.stringify([registerOf(event), versionOfEvent(event)]);

/** Orders events as their registers do, the oldest first. */
function inOrder(events: readonly EventMessage[]): readonly EventMessage[] {
  return [...events].sort((a, b) => {
    const [one, other] = [versionOfEvent(a), versionOfEvent(b)];
    return one.timestamp - other.timestamp || compareText(one.value, other.value);
  });
}

const eventOf = ({ type, current }: Change) => ({ type, payload: current }) as EventMessage;
const eventOfSession = (payload: SessionActivity): EventMessage => ({
  type: 'session:activity',
  payload,
});

/** The newest events of all agents and sessions. */
function eventsOf(client: MissionControl): EventMessage[] {
  return eventTypeDefinitions.flatMap(({ type, list }) => {
    const values: readonly AnyPayload[] = [...client[list].values()];
    return values.map((payload) => ({ type, payload }) as EventMessage);
  });
}
