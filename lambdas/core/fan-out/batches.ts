// Messages as few batches: each is one post, and one message that API Gateway bills.
import { maxMessageBytes } from '#sdk/protocol';

/** One post: a batch, or a message that is alone. */
export interface Batch {
  readonly text: string;
  /** How many messages are in it. */
  readonly messages: number;
}

const head = '{"type":"batch","payload":{"messages":[';
const tail = ']}}';

/**
 * Cuts messages into as few batches of at most 32 KB as their order allows; a message alone is sent as it is. The texts
 * are JSON already, and are not serialized again.
 * @param texts of at most 32 KB each
 */
export function batchesOf(texts: readonly string[]): readonly Batch[] {
  const batches: Batch[] = [];
  for (let start = 0; start < texts.length;) {
    const end = endOf(texts, start);
    const text =
      end - start === 1 ? (texts[start] ?? '') : head + texts.slice(start, end).join(',') + tail;
    batches.push({ text, messages: end - start });
    start = end;
  }
  return batches;
}

/** How many posts it takes to send the messages in batches. */
export function countBatches(texts: readonly string[]): number {
  let count = 0;
  for (let start = 0; start < texts.length; start = endOf(texts, start)) count += 1;
  return count;
}

/** Where the batch ends that begins at `start`: as late as possible. */
function endOf(texts: readonly string[], start: number): number {
  let bytes = head.length + tail.length + Buffer.byteLength(texts[start] ?? '');
  let end = start + 1;
  for (; end < texts.length; end += 1) {
    // Including the comma before it.
    bytes += 1 + Buffer.byteLength(texts[end] ?? '');
    if (bytes > maxMessageBytes) break;
  }
  return end;
}
