// What one lane has still to send, and what it must not send again.
import type { OutgoingMessage } from '../fan-out/outgoing-message';
import { overlapMilliseconds, type PendingItem } from './ports';

/** The key under which a sent item is handed on to a successor: `<recordedAt>#<id>`. */
export function keyOf({ recordedAt, id }: Pick<PendingItem, 'recordedAt' | 'id'>): string {
  return `${recordedAt}#${id}`;
}

export class LaneProgress {
  private readonly inbox: PendingItem[] = [];
  /** Items that were met, by id: when they were recorded. Those that lie far behind `done` are forgotten. */
  private readonly known = new Map<string, number>();
  private readonly start: number;

  /** @param done where this lane begins: milliseconds since the Unix epoch, as in the lease */
  constructor(public done: number) {
    this.start = done - overlapMilliseconds;
  }

  get hasWork(): boolean {
    return this.inbox.length > 0;
  }

  /** Takes note of what a predecessor has sent. */
  learnSent(keys: readonly string[]): void {
    for (const key of keys) {
      const separator = key.indexOf('#');
      this.known.set(key.slice(separator + 1), Number(key.slice(0, separator)));
    }
  }

  /** Whether this lane has neither sent the item nor is going to. Items before its beginning have been sent. */
  isNew({ id, recordedAt }: PendingItem): boolean {
    return recordedAt >= this.start && !this.known.has(id);
  }

  /** Puts an item into the inbox if it is new; returns whether it was. */
  offer(item: PendingItem): boolean {
    const isNew = this.isNew(item);
    if (isNew) this.inbox.push(item);
    // An item that was recorded again is remembered for as long as its later copy is read.
    const { id, recordedAt } = item;
    if (recordedAt >= this.start) {
      this.known.set(id, Math.max(recordedAt, this.known.get(id) ?? recordedAt));
    }
    return isNew;
  }

  /** All messages that wait, in order; from now on they count as sent. */
  take(): OutgoingMessage[] {
    return this.inbox.splice(0).flatMap(({ messages }) => messages);
  }

  /** Everything that was read up to this cursor has been sent. */
  finish(cursor: number): void {
    this.done = Math.max(this.done, cursor);
    const oldest = this.done - overlapMilliseconds;
    for (const [id, recordedAt] of this.known) if (recordedAt < oldest) this.known.delete(id);
  }

  /** Keys of the items that a successor reads once more, and must not send. */
  sentKeys(): string[] {
    const waiting = new Set(this.inbox.map(({ id }) => id));
    const oldest = this.done - overlapMilliseconds;
    return [...this.known]
      .filter(([id, recordedAt]) => recordedAt >= oldest && !waiting.has(id))
      .map(([id, recordedAt]) => keyOf({ id, recordedAt }));
  }
}
