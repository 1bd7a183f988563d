// Fills a PutEvents request with waiting events, each in a separate entry or in packs.
import { packDetail, packType, utf8Length } from '../../protocol';
import type { Part, PendingEvent } from '../transport';

/**
 * The maximum number of entries in a request.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
const maxEntries = 10;

/**
 * The maximum size of all entries of a request, in bytes. EventBridge now accepts 1 MB, but in some partitions still 256 KB.
 * The smaller limit is hardly a disadvantage: seven of the largest messages fit, and ten of usual size.
 */
const maxRequestBytes = 256 * 1024;

/**
 * The maximum size of a pack, in bytes. EventBridge bills 64 KB as one event; 1 KB is left for the fields that it adds (id,
 * account, time, region), in case they are billed.
 * @see https://aws.amazon.com/eventbridge/pricing/
 */
const maxPackBytes = 64 * 1024 - 1024;

/** The settings of entries. */
export interface Addressing {
  readonly eventBusName: string;
  readonly eventSource: string;
  /** Whether waiting events are put into packs. */
  readonly pack: boolean;
}

/** An entry of PutEvents. */
export interface Entry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}

/** An entry with its events, which are sent or lost together. */
export interface FilledEntry extends Part {
  readonly entry: Entry;
}

/** Removes as many events from the front of `waiting` as fit into one request, at least one, and returns them as entries. */
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
 * Returns how many events from the front fit into one pack, at least one. The result cannot exceed the 1,000 events that a
 * pack may have, because the smallest event has 80 bytes.
 */
function packable(waiting: readonly PendingEvent[], { eventSource }: Addressing): number {
  let bytes = utf8Length(eventSource) + utf8Length(packType) + utf8Length(packDetail([]));
  let count = 0;
  for (const { event } of waiting) {
    // 1 for the comma.
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
 * Returns the size of an entry without time and resources, in bytes, as EventBridge calculates it.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
function entryBytes({ Source, DetailType, Detail }: Entry): number {
  return utf8Length(Source) + utf8Length(DetailType) + utf8Length(Detail);
}
