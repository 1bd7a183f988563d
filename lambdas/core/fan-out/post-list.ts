// The posts to a connection, and the messages that it misses if only the first posts were delivered.
import type { Lane } from '../connections/ports';
import { batchesOf } from './batches';
import type { OutgoingMessage } from './outgoing-message';

/** Shared by all connections that get the same messages. */
export interface PostList {
  /** Each text is one post, in this order. */
  readonly texts: readonly string[];
  /** The messages that are missing after this many posts. Returns the same list for the same number. */
  missingAfter(posts: number): readonly OutgoingMessage[];
}

export function createPostList(messages: readonly OutgoingMessage[], lane: Lane): PostList {
  const messageTexts = messages.map(({ text }) => text);
  const batches =
    lane === 'batched'
      ? batchesOf(messageTexts)
      : messageTexts.map((text) => ({ text, messages: 1 }));
  const missing = new Map<number, readonly OutgoingMessage[]>([[0, messages]]);

  return {
    texts: batches.map(({ text }) => text),
    missingAfter(posts) {
      const known = missing.get(posts);
      if (known !== undefined) return known;
      const sent = batches.slice(0, posts).reduce((sum, batch) => sum + batch.messages, 0);
      const rest = messages.slice(sent);
      missing.set(posts, rest);
      return rest;
    },
  };
}
