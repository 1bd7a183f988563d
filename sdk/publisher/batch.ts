// How many events fit into one PutEvents request.
import { utf8Length } from '../protocol';

/** Entries that one request may have. @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const maxEntries = 10;

/**
 * Bytes that all entries of a request may have together. 1 MB by now, and 256 KB before, as still in some
 * partitions; the smaller costs next to nothing: seven of the largest frames fit, and ten of ordinary ones.
 */
const maxRequestBytes = 256 * 1024;

/** The parts of an entry that count. */
export interface SizedEntry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}

/**
 * What an entry counts in bytes, if it has no time and no resources.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
export function entryBytes({ Source, DetailType, Detail }: SizedEntry): number {
  return utf8Length(Source) + utf8Length(DetailType) + utf8Length(Detail);
}

/** Takes as many events from the front of `waiting` as one request may carry, and at least one. */
export function takeBatch<Event extends { readonly entry: SizedEntry }>(waiting: Event[]): Event[] {
  let bytes = 0;
  let count = 0;
  for (const { entry } of waiting.slice(0, maxEntries)) {
    bytes += entryBytes(entry);
    if (count > 0 && bytes >= maxRequestBytes) break;
    count += 1;
  }
  return waiting.splice(0, count);
}
