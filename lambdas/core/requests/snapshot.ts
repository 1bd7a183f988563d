// The newest events of all registers, cut into messages.
import {
  eventTypeDefinitions,
  isOfSession,
  maxMessageBytes,
  utf8Length,
  type EventMessage,
  type EventType,
} from '#sdk/protocol';
import type { StateStore, StoredEvent } from '../broadcasting/ports';
import { shards } from '../shard';

/** How many registers of each event type a snapshot has at the most: the newest ones. */
export interface SnapshotLimits {
  /** Of a type whose registers are not of sessions. */
  readonly agents: number;
  /** Of a type whose registers are of sessions. */
  readonly sessions: number;
}

/**
 * Reads what was stored after `since`, newest first.
 * @param since milliseconds since the Unix epoch, of the server's clock
 * @throws what reading the store throws
 */
export async function readSnapshot(
  state: StateStore,
  since: number,
  now: number,
  limits: SnapshotLimits,
): Promise<readonly EventMessage[]> {
  const newest = byType((type) => new Newest(isOfSession(type) ? limits.sessions : limits.agents));
  const readShard = async (shard: number) => {
    for await (const page of state.pages(shard, since, now)) {
      for (const stored of page) newest[stored.event.type].add(stored);
    }
  };
  await Promise.all(shards.map(readShard));
  const kept = Object.values(newest).flatMap((one) => one.list());
  return kept.sort(byAge).map(({ event }) => event);
}

/** Something for each event type. */
function byType<Value>(make: (type: EventType) => Value): Record<EventType, Value> {
  const entries = eventTypeDefinitions.map(({ type }) => [type, make(type)]);
  return Object.fromEntries(entries) as Record<EventType, Value>;
}

/** Keeps the newest of many, and never many more than it is to keep. */
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

/**
 * The texts of the `state:snapshot` messages that say all this: as few as fit into {@link maxMessageBytes} each without
 * a change of order, at least one, and the last with `complete: true`.
 * @param timestamp the server's time before the state was read, in milliseconds since the Unix epoch
 * @param heartbeatSeconds seconds between two heartbeats: what clients take for silence follows from it
 */
export function snapshotMessages(
  events: readonly EventMessage[],
  timestamp: number,
  heartbeatSeconds: number,
): string[] {
  const parts: Part[] = [new Part(timestamp, heartbeatSeconds)];
  for (const event of events) {
    if (parts.at(-1)?.add(event) === true) continue;
    const next = new Part(timestamp, heartbeatSeconds);
    // An event fits into a snapshot of its own: parseEvent sees to that.
    next.add(event);
    parts.push(next);
  }
  return parts.map((part, index) => part.text(index === parts.length - 1));
}

/** One message of a snapshot, as it fills. */
class Part {
  private readonly lists = byType((): string[] => []);
  private room: number;

  constructor(
    private readonly timestamp: number,
    private readonly heartbeatSeconds: number,
  ) {
    this.room = maxMessageBytes - utf8Length(this.text(false));
  }

  /** False when there is no room for it. */
  add({ type, payload }: EventMessage): boolean {
    const text = JSON.stringify(payload);
    const bytes = utf8Length(text) + ','.length;
    if (bytes > this.room) return false;
    this.lists[type].push(text);
    this.room -= bytes;
    return true;
  }

  text(complete: boolean): string {
    // Put together from parts, so that no register is serialized twice.
    const lists = eventTypeDefinitions.map(
      ({ type, list }) => `"${list}":[${this.lists[type].join(',')}]`,
    );
    const facts = `"timestamp":${this.timestamp},"complete":${complete},"heartbeatSeconds":${this.heartbeatSeconds}`;
    return `{"type":"state:snapshot","payload":{${lists.join(',')},${facts}}}`;
  }
}
