// Which of the waiting events go into one PutEvents request: each in an entry of its own, or in packs.
import { packDetail, packType, utf8Length, type EventMessage } from '../protocol';
import type { PublishError, UnsentEvent } from './publish-error';

/** Entries that one request may have. @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const maxEntries = 10;

/**
 * Bytes that all entries of a request may have together. 1 MB by now, and 256 KB before, as still in some
 * partitions; the smaller costs next to nothing: seven of the largest messages fit, and ten of ordinary ones.
 */
const maxRequestBytes = 256 * 1024;

/**
 * Bytes that a pack may have: 64 KB are billed as one event. A KB is left for what EventBridge adds (id, account, time,
 * region), in case it counts.
 * @see https://aws.amazon.com/eventbridge/pricing/
 */
const maxPackBytes = 64 * 1024 - 1024;

/** An event on its way. Either `sent` or `failed` is called, once. */
export interface PendingEvent {
  readonly event: EventMessage;
  readonly unsent: Omit<UnsentEvent, 'reason'>;
  sent(): void;
  failed(error: PublishError): void;
}

/** What an entry says besides its detail. */
export interface Addressing {
  readonly eventBusName: string;
  readonly eventSource: string;
  /** Whether events that wait together share entries. */
  readonly pack: boolean;
}

/** The entry for PutEvents. */
interface Entry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}

/** An entry, and the events in it, which are sent or lost together. */
export interface FilledEntry {
  readonly entry: Entry;
  readonly events: readonly PendingEvent[];
}

/** Takes as many events from the front of `waiting` as one request may carry, and at least one. */
export function takeBatch(waiting: PendingEvent[], addressing: Addressing): FilledEntry[] {
  const batch: FilledEntry[] = [];
  let bytes = 0;
  while (waiting.length > 0 && batch.length < maxEntries) {
    const events = waiting.slice(0, addressing.pack ? packable(waiting, addressing) : 1);
    const entry = entryOf(events, addressing);
    bytes += entryBytes(entry);
    if (batch.length > 0 && bytes >= maxRequestBytes) break;
    waiting.splice(0, events.length);
    batch.push({ entry, events });
  }
  return batch;
}

/**
 * How many events from the front make one pack, at least one. There can be no more than a pack may have (1,000): the
 * smallest event has 80 bytes.
 */
function packable(waiting: readonly PendingEvent[], { eventSource }: Addressing): number {
  let bytes = utf8Length(eventSource) + utf8Length(packType) + utf8Length(packDetail([]));
  let count = 0;
  for (const { event } of waiting) {
    // One more for the comma.
    bytes += utf8Length(JSON.stringify(event)) + 1;
    if (bytes > maxPackBytes) break;
    count += 1;
  }
  return Math.max(count, 1);
}

function entryOf(events: readonly PendingEvent[], addressing: Addressing): Entry {
  const { eventBusName: EventBusName, eventSource: Source } = addressing;
  const [first, ...more] = events.map(({ event }) => event);
  // A single event is sent without a pack.
  if (first !== undefined && more.length === 0) {
    const Detail = JSON.stringify(first.payload);
    return { EventBusName, Source, DetailType: first.type, Detail };
  }
  const Detail = packDetail(events.map(({ event }) => JSON.stringify(event)));
  return { EventBusName, Source, DetailType: packType, Detail };
}

/**
 * What an entry counts in bytes, if it has no time and no resources.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
function entryBytes({ Source, DetailType, Detail }: Entry): number {
  return utf8Length(Source) + utf8Length(DetailType) + utf8Length(Detail);
}
