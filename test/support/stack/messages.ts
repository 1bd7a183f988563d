// Extracts messages from batches.
import type { TestClient } from './test-client';

/** The texts of all messages, those of batches as single messages. */
export function messagesIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    if (!text.startsWith('{"type":"batch"')) return [text];
    const batch = JSON.parse(text) as { readonly payload: { readonly messages: unknown[] } };
    return batch.payload.messages.map((message) => JSON.stringify(message));
  });
}

/** The texts of all messages except heartbeats, which may be in a batch with events. */
export function newsIn({ news }: Pick<TestClient, 'news'>): string[] {
  return messagesIn(news).filter((text) => !text.startsWith('{"type":"heartbeat"'));
}
