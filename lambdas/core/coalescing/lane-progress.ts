// Tracks what one lane still has to send, and what it must not send again.
import type { OutgoingMessage } from '../fan-out/outgoing-message';
import { overlapMilliseconds, type PendingItem } from './ports';

/** The key of a sent item in the list for a successor: `<recordedAt>#<id>`. */
export function keyOf({ recordedAt, id }: Pick<PendingItem, 'recordedAt' | 'id'>): string {
  return `${recordedAt}#${id}`;
}

export class LaneProgress {
  private readonly inbox: PendingItem[] = [];
  /** The `recordedAt` of items that were read or sent before, by id. Those that are too far behind `done` are removed. */
  private readonly known = new Map<string, number>();
  private readonly start: number;

  /** @param done the lane's cursor in the lease: milliseconds since the Unix epoch */
  constructor(public done: number) {
    this.start = done - overlapMilliseconds;
  }

  get hasWork(): boolean {
    return this.inbox.length > 0;
  }

  /** Marks the items that predecessors have sent. */
  learnSent(keys: readonly string[]): void {
    for (const key of keys) {
      const separator = key.indexOf('#');
      this.known.set(key.slice(separator + 1), Number(key.slice(0, separator)));
    }
  }

  /** Whether this lane has neither sent the item nor has it in its inbox. Items from before its start have been sent. */
  isNew({ id, recordedAt }: PendingItem): boolean {
    return recordedAt >= this.start && !this.known.has(id);
  }

  /** Puts an item into the inbox if it is new; returns whether it was. */
  offer(item: PendingItem): boolean {
    const isNew = this.isNew(item);
    if (isNew) this.inbox.push(item);
    // An item that was recorded again is remembered until its later copy is not read any more.
    const { id, recordedAt } = item;
    if (recordedAt >= this.start) {
      this.known.set(id, Math.max(recordedAt, this.known.get(id) ?? recordedAt));
    }
    return isNew;
  }

  /** Takes all messages from the inbox, in order; from now on they count as sent. */
  take(): OutgoingMessage[] {
    return this.inbox.splice(0).flatMap(({ messages }) => messages);
  }

  /** Records that everything that was read up to this cursor has been sent. */
  finish(cursor: number): void {
    this.done = Math.max(this.done, cursor);
    const oldest = this.done - overlapMilliseconds;
    for (const [id, recordedAt] of this.known) if (recordedAt < oldest) this.known.delete(id);
  }

  /** The keys of the items that a successor reads again, and must not send. */
  sentKeys(): string[] {
    const waiting = new Set(this.inbox.map(({ id }) => id));
    const oldest = this.done - overlapMilliseconds;
    return [...this.known]
      .filter(([id, recordedAt]) => recordedAt >= oldest && !waiting.has(id))
      .map(([id, recordedAt]) => keyOf({ id, recordedAt }));
  }
}
