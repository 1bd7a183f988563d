// Combines messages into as few batches as possible, because each batch is one post, which API Gateway bills.
import { maxMessageBytes } from '#sdk/protocol';

/** One post: a batch, or a single message. */
export interface Batch {
  readonly text: string;
  /** The number of messages in it. */
  readonly messages: number;
}

const head = '{"type":"batch","payload":{"messages":[';
const tail = ']}}';

/**
 * Combines messages into as few batches of at most 32 KB as their order allows. A batch of one is the message itself. The
 * texts are JSON already, so they are not serialized again.
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

/** The number of posts that the messages take in batches. */
export function countBatches(texts: readonly string[]): number {
  let count = 0;
  for (let start = 0; start < texts.length; start = endOf(texts, start)) count += 1;
  return count;
}

/** The exclusive end index of the longest batch that begins at `start`. */
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
