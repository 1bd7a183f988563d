import fc from 'fast-check';
import { messageOfEvent } from '#core/fan-out/outgoing-message';
import { pendingItemsOf } from '#core/coalescing/pending-items';
import type { EventMessage } from '#sdk/protocol';
import { createFanOutHarness } from '#test/support/core/fan-out';

/** Less than the maximum size of a DynamoDB item, with space for the keys and one byte per message. */
const limit = 300 * 1024;

let timestamp = 0;

function messageOf(lastMessage: string) {
  const payload = { agentId: 'a', sessionId: 's', lastMessage, timestamp: (timestamp += 1) };
  return messageOfEvent({ type: 'session:activity', payload } satisfies EventMessage);
}

it('puts messages that fit into one item', () => {
  const messages = [messageOf('one'), messageOf('two')];
  expect(pendingItemsOf({ id: 'event', messages }, 7)).toEqual([
    { id: 'event', recordedAt: 7, messages },
  ]);
});

it('divides a pack of up to a megabyte into items below the size limit, with each message once, always in the same way', () => {
  const character = fc.constantFrom('x', 'ü', '界', '"', '🚀');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(character, fc.integer({ min: 1, max: 8_000 })), {
        minLength: 60,
        maxLength: 120,
      }),
      (texts) => {
        const messages = texts.map(([one, times]) => messageOf(one.repeat(times)));
        const items = pendingItemsOf({ id: 'event', messages }, 7);
        expect(items.flatMap((item) => item.messages)).toEqual(messages);
        for (const [index, item] of items.entries()) {
          expect(item.id).toBe(index === 0 ? 'event' : `event#${index}`);
          expect(item.messages.length).toBeGreaterThan(0);
          const bytes = item.messages.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
          expect(bytes).toBeLessThan(limit);
        }
        expect(pendingItemsOf({ id: 'event', messages }, 7)).toEqual(items);
      },
    ),
    { numRuns: 20 },
  );
});

it('records a long pack once for the holder of the lease, even if it joins twice', async () => {
  const { coalescer, lease, pending, clock } = createFanOutHarness();
  await lease.acquire('somebody', clock.now(), clock.now() + 5_000);
  const messages = Array.from({ length: 40 }, () => messageOf('x'.repeat(25_000)));
  for (let time = 0; time < 2; time += 1) {
    await expect(coalescer.join({ id: 'pack', messages })).resolves.toBe(true);
    expect(pending.items.map(({ id }) => id)).toEqual(['pack', 'pack#1', 'pack#2', 'pack#3']);
    expect(pending.items.flatMap((item) => item.messages)).toEqual(messages);
  }
});
