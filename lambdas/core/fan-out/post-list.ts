// What a connection is sent, post by post, and which messages it misses if only the first of them were delivered.
import type { Lane } from '../connections/ports';
import { batchesOf } from './batches';
import type { OutgoingMessage } from './outgoing-message';

/** One for all connections that get the same. */
export interface PostList {
  /** A post each, in this order. */
  readonly texts: readonly string[];
  /** The texts of the messages, not in batches, that are missing after so many posts; the same list for the same number. */
  missingAfter(posts: number): readonly string[];
}

export function createPostList(messages: readonly OutgoingMessage[], lane: Lane): PostList {
  const messageTexts = messages.map(({ text }) => text);
  const batches =
    lane === 'batched'
      ? batchesOf(messageTexts)
      : messageTexts.map((text) => ({ text, messages: 1 }));
  const missing = new Map<number, readonly string[]>([[0, messageTexts]]);

  return {
    texts: batches.map(({ text }) => text),
    missingAfter(posts) {
      const known = missing.get(posts);
      if (known !== undefined) return known;
      const sent = batches.slice(0, posts).reduce((sum, batch) => sum + batch.messages, 0);
      const rest = messageTexts.slice(sent);
      missing.set(posts, rest);
      return rest;
    },
  };
}
