// Reads the newest events of all registers, and splits them into the messages of a snapshot.
import {
  eventTypeDefinitions,
  isOfSession,
  maxMessageBytes,
  utf8Length,
  type EventMessage,
  type EventType,
} from '#sdk/protocol';
import { mapConcurrently } from '../map-concurrently';
import type { StateStore, StoredEvent } from '../broadcasting/ports';
import { shards } from '../shard';

/** The maximum number of registers of each event type in a snapshot: the newest ones. */
export interface SnapshotLimits {
  /** For event types without a `sessionId`. */
  readonly agents: number;
  /** For event types with a `sessionId`. */
  readonly sessions: number;
}

/** What a snapshot contains. */
export interface SnapshotSelection {
  /** Milliseconds since the Unix epoch, of the server's clock: only what was stored after it. */
  readonly since: number;
  /** Whether the events of an agent are in it. */
  readonly includes: (agentId: string) => boolean;
  /** The only agents that can be in it. Default: any, so that all registers are read. */
  readonly agentIds?: readonly string[] | undefined;
}

/**
 * Maximum number of agents whose registers should be read one by one, and at the same time: for more of them, it takes many
 * more requests than to read all shards.
 */
export const maxAgentsAtOnce = shards.length;

/**
 * Reads the selected events, newest first. The limits apply to these only: what a connection may not see takes no room.
 * @throws the error of the store
 */
export async function readSnapshot(
  state: StateStore,
  { since, includes, agentIds }: SnapshotSelection,
  now: number,
  limits: SnapshotLimits,
): Promise<readonly EventMessage[]> {
  const newest = byType((type) => new Newest(isOfSession(type) ? limits.sessions : limits.agents));
  const read = async (pages: AsyncIterable<readonly StoredEvent[]>) => {
    for await (const page of pages) {
      for (const stored of page) {
        const { type, payload } = stored.event;
        if (includes(payload.agentId)) newest[type].add(stored);
      }
    }
  };
  if (agentIds === undefined) {
    await Promise.all(shards.map((shard) => read(state.pages(shard, since, now))));
  } else {
    const readAgent = (agentId: string) => read(state.pagesOfAgent(agentId, since, now));
    await mapConcurrently(maxAgentsAtOnce, agentIds, readAgent);
  }
  const kept = Object.values(newest).flatMap((one) => one.list());
  return kept.sort(byAge).map(({ event }) => event);
}

/** Creates a value for each event type. */
function byType<Value>(make: (type: EventType) => Value): Record<EventType, Value> {
  const entries = eventTypeDefinitions.map(({ type }) => [type, make(type)]);
  return Object.fromEntries(entries) as Record<EventType, Value>;
}

/** Keeps the newest `most` of many events, with less than twice as many in memory. */
class Newest {
  private kept: StoredEvent[] = [];

  constructor(private readonly most: number) {}

  add(stored: StoredEvent): void {
    this.kept.push(stored);
    if (this.kept.length >= 2 * this.most) this.kept = this.list();
  }

  list(): StoredEvent[] {
    return this.kept.sort(byAge).slice(0, this.most);
  }
}

const byAge = (one: StoredEvent, other: StoredEvent) => other.updatedAt - one.updatedAt;

/** What the snapshots of a deployment say about it. */
export interface SnapshotFacts {
  /** Seconds between two heartbeats, from which clients derive their timeout. */
  readonly heartbeatSeconds: number;
  /** Seconds that a register is kept after its last event, by kind of event type as in {@link SnapshotLimits}. */
  readonly lifetimeSeconds: SnapshotLimits;
}

/**
 * The texts of the `state:snapshot` messages for the events, in their order: as few as possible, at least one, each of at
 * most {@link maxMessageBytes}, and the last with `complete: true`.
 * @param timestamp the server's time before the state was read, in milliseconds since the Unix epoch
 * @param visibleAgents the patterns in force; only if something limits the connection
 */
export function snapshotMessages(
  events: readonly EventMessage[],
  timestamp: number,
  { heartbeatSeconds, lifetimeSeconds: { agents, sessions } }: SnapshotFacts,
  visibleAgents?: readonly string[],
): string[] {
  const parts: Part[] = [new Part(timestamp, heartbeatSeconds)];
  for (const event of events) {
    if (parts.at(-1)?.add(event) === true) continue;
    const next = new Part(timestamp, heartbeatSeconds);
    // parseEvent ensures that each event fits into a snapshot of its own.
    next.add(event);
    parts.push(next);
  }
  const lifetimes = `,"lifetimeSeconds":{"agents":${agents},"sessions":${sessions}}`;
  const visible =
    visibleAgents === undefined ? '' : `,"visibleAgents":${JSON.stringify(visibleAgents)}`;
  const last = lifetimes + visible;
  // Only the last message has these facts, because an event may fill all others.
  if (parts.at(-1)?.hasRoomFor(last) !== true) parts.push(new Part(timestamp, heartbeatSeconds));
  return parts.map((part, index) =>
    index === parts.length - 1 ? part.text(true, last) : part.text(false),
  );
}

/** One message of a snapshot while it is filled. */
class Part {
  private readonly lists = byType((): string[] => []);
  private room: number;

  constructor(
    private readonly timestamp: number,
    private readonly heartbeatSeconds: number,
  ) {
    this.room = maxMessageBytes - utf8Length(this.text(false));
  }

  /** Adds an event; false if there is no room for it. */
  add({ type, payload }: EventMessage): boolean {
    const text = JSON.stringify(payload);
    const list = this.lists[type];
    const bytes = utf8Length(text) + (list.length > 0 ? ','.length : 0);
    if (bytes > this.room) return false;
    list.push(text);
    this.room -= bytes;
    return true;
  }

  /** Whether there is room for more facts. */
  hasRoomFor(facts: string): boolean {
    return utf8Length(facts) <= this.room;
  }

  /** @param more further facts */
  text(complete: boolean, more = ''): string {
    // Concatenated, so that no event is serialized twice.
    const lists = eventTypeDefinitions.map(
      ({ type, list }) => `"${list}":[${this.lists[type].join(',')}]`,
    );
    const facts = `"timestamp":${this.timestamp},"complete":${complete},"heartbeatSeconds":${this.heartbeatSeconds}${more}`;
    return `{"type":"state:snapshot","payload":{${lists.join(',')},${facts}}}`;
  }
}
