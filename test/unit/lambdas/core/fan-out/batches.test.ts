import fc from 'fast-check';
import { batchesOf, countBatches } from '#core/fan-out/batches';
import { createPostList } from '#core/fan-out/post-list';
import { messageOfEvent } from '#core/fan-out/outgoing-message';
import { maxEventMessageBytes, maxMessageBytes } from '#sdk/protocol';
import { sessionEvent } from '#test/support/data/events';

/** A message of the given size in bytes, or of the minimum size if that is larger. */
const messageOf = (bytes: number, character = 'x') => {
  const least = JSON.stringify({ type: 't', payload: '' }).length;
  const width = Buffer.byteLength(character);
  const payload = character.repeat(Math.max(0, Math.floor((bytes - least) / width)));
  return JSON.stringify({ type: 't', payload });
};

const texts = fc.array(
  fc
    .tuple(
      fc.oneof(
        fc.integer({ min: 30, max: 400 }),
        fc.integer({ min: 30, max: maxEventMessageBytes }),
      ),
      fc.constantFrom('x', 'ä', '€', '😀'),
    )
    .map(([bytes, character]) => messageOf(bytes, character)),
  { maxLength: 40 },
);

/** The messages in a post, as JSON texts. */
function unpack(text: string): string[] {
  const { type, payload } = JSON.parse(text) as { type: string; payload: { messages: unknown[] } };
  return type === 'batch' ? payload.messages.map((message) => JSON.stringify(message)) : [text];
}

it('returns a single message unchanged, and nothing for an empty list', () => {
  expect(batchesOf([messageOf(50)])).toEqual([{ text: messageOf(50), messages: 1 }]);
  expect(batchesOf([])).toEqual([]);
});

it('joins several messages into one batch without reformatting their JSON', () => {
  expect(batchesOf(['{"type" : "a"}', '{"type":"b"}'])).toEqual([
    {
      text: '{"type":"batch","payload":{"messages":[{"type" : "a"},{"type":"b"}]}}',
      messages: 2,
    },
  ]);
});

it('puts every message into a batch, in order, with at most 32 KB of UTF-8 per batch', () => {
  fc.assert(
    fc.property(texts, (messages) => {
      const batches = batchesOf(messages);
      expect(batches.flatMap(({ text }) => unpack(text))).toEqual(messages);
      expect(batches.map(({ text }) => unpack(text).length)).toEqual(
        batches.map((batch) => batch.messages),
      );
      for (const { text } of batches) {
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxMessageBytes);
      }
      expect(countBatches(messages)).toBe(batches.length);
    }),
    { numRuns: 60 },
  );
});

it('creates the minimum number of batches that keeps the order', () => {
  const fits = (some: readonly string[]) =>
    some.length === 1 ||
    Buffer.byteLength(`{"type":"batch","payload":{"messages":[${some.join(',')}]}}`) <=
      maxMessageBytes;
  fc.assert(
    fc.property(texts, (messages) => {
      // The minimum for the first n messages: tries every start of the last batch.
      const fewest = [0];
      for (let end = 1; end <= messages.length; end += 1) {
        let best = Infinity;
        for (let start = end - 1; start >= 0 && fits(messages.slice(start, end)); start -= 1) {
          best = Math.min(best, (fewest[start] ?? Infinity) + 1);
        }
        fewest.push(best);
      }
      expect(batchesOf(messages).length).toBe(fewest.at(-1));
    }),
    { numRuns: 40 },
  );
});

it('missingAfter returns the messages that the first posts did not contain, as the same array on each call', () => {
  const message = (index: number) =>
    messageOfEvent(sessionEvent('a', `${index}`, 'x'.repeat((index * 4_321) % 15_000), 1));
  const messages = Array.from({ length: 12 }, (_, index) => message(index));
  for (const lane of ['batched', 'single'] as const) {
    const list = createPostList(messages, lane);
    for (let posts = 0; posts <= list.texts.length; posts += 1) {
      const sent = list.texts.slice(0, posts).flatMap(unpack);
      const missing = list.missingAfter(posts).map(({ text }) => text);
      expect([...sent, ...missing]).toEqual(messages.map(({ text }) => text));
      expect(list.missingAfter(posts)).toBe(list.missingAfter(posts));
    }
  }
});
