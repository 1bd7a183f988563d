// What waits for a flush as items that a table can hold.
import type { OutgoingMessage } from '../fan-out/outgoing-message';
import type { PendingItem } from './ports';

/**
 * Bytes of texts in one item. A pack can have a megabyte, and an item of DynamoDB 400 KB.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items
 */
const maxItemBytes = 256 * 1024;

/**
 * Messages that are sent together, as one item, or several if they are too long for one: `<id>`, `<id>#1`, …, each the
 * same when it is recorded again.
 */
export function pendingItemsOf(
  { id, messages }: Pick<PendingItem, 'id' | 'messages'>,
  recordedAt: number,
): readonly PendingItem[] {
  const parts: OutgoingMessage[][] = [];
  let part: OutgoingMessage[] = [];
  let partBytes = 0;
  for (const message of messages) {
    const bytes = Buffer.byteLength(message.text);
    if (parts.length === 0 || partBytes + bytes > maxItemBytes) {
      part = [];
      parts.push(part);
      partBytes = 0;
    }
    part.push(message);
    partBytes += bytes;
  }
  return parts.map((part, index) => ({
    ...{ id: index === 0 ? id : `${id}#${index}`, recordedAt },
    messages: part,
  }));
}
