// Splits messages that wait for a flush into items that fit into the table.
import type { OutgoingMessage } from '../fan-out/outgoing-message';
import type { PendingItem } from './ports';

/**
 * Maximum bytes of texts in one item. A pack can have a megabyte, but an item of DynamoDB only 400 KB.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items
 */
const maxItemBytes = 256 * 1024;

/**
 * One item for messages that are sent together, or several if they are too long for one. Their ids are `<id>`, `<id>#1`, …,
 * and stay the same if the messages are recorded again.
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
