// The contract of every PendingStore; tests run it against each implementation.
import fc from 'fast-check';
import { heartbeatMessage, messageOfEvent } from '#core/fan-out/outgoing-message';
import type { PendingItem, PendingStore } from '#core/coalescing/ports';
import { agentEvent, sessionEvent } from '../data/events';

const start = 1_707_163_200_000;

const online = messageOfEvent(agentEvent('a', 'online', start - 10));

const item = (id: string, recordedAt: number): PendingItem => ({
  ...{ id, recordedAt },
  messages: [online],
});

const inOrder = (items: readonly PendingItem[]) =>
  [...items].sort(
    (one, other) => one.recordedAt - other.recordedAt || (one.id < other.id ? -1 : 1),
  );

export function describePendingStore(
  name: string,
  create: () => PendingStore | Promise<PendingStore>,
): void {
  describe(`${name}, a pending store`, () => {
    it('is empty until an item is recorded', async () => {
      const store = await create();
      await expect(store.since(0)).resolves.toEqual([]);
      await expect(store.since(-1_000)).resolves.toEqual([]);
    });

    it('returns the items recorded at or after a time, ordered by time and then by id', async () => {
      const store = await create();
      const items = Array.from({ length: 24 }, (_, index) =>
        item(`id-${index % 7}-${index}`, start + (index % 5)),
      );
      await Promise.all(items.map((one) => store.record(one)));
      await expect(store.since(0)).resolves.toEqual(inOrder(items));
      for (const from of [start, start + 2, start + 2.5, start + 5]) {
        await expect(store.since(from)).resolves.toEqual(
          inOrder(items.filter(({ recordedAt }) => recordedAt >= from)),
        );
      }
    });

    it('orders times numerically, not as text', async () => {
      const store = await create();
      const items = [9, 10, 99, 100, start, 10_000_000_000_000].map((at) => item(`${at}`, at));
      for (const one of items) await store.record(one);
      await expect(store.since(10)).resolves.toEqual(items.slice(1));
    });

    it('returns the messages of a pack unchanged and in order', async () => {
      const store = await create();
      const messages = [
        messageOfEvent(sessionEvent('a#', 's%', '\u2028 "quoted" 👋', start)),
        online,
        heartbeatMessage(start),
        messageOfEvent(sessionEvent('a#', 's%', '', start)),
      ];
      await store.record({ id: 'pack', recordedAt: start, messages });
      await expect(store.since(start)).resolves.toEqual([
        { id: 'pack', recordedAt: start, messages },
      ]);
    });

    it('stores an item once if it is recorded twice, and again with another time', async () => {
      const store = await create();
      await store.record(item('a', start));
      await store.record(item('a', start));
      await store.record(item('a', start + 1));
      await expect(store.since(0)).resolves.toEqual([item('a', start), item('a', start + 1)]);
    });

    it('accepts any id', async () => {
      const store = await create();
      const items = ['%', '#', 'a#b', 'a%23b', ' ', 'ä'].map((id) => item(id, start));
      for (const one of items) await store.record(one);
      await expect(store.since(start)).resolves.toEqual(inOrder(items));
    });

    it('keeps every item of concurrent records', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f#'), at: fc.nat(6) }),
            {
              maxLength: 20,
            },
          ),
          fc.integer({ min: -1, max: 7 }),
          async (given, from) => {
            const store = await create();
            const items = given.map(({ id, at }) => item(id, start + at));
            await Promise.all(items.map((one) => store.record(one)));
            const known = new Map(items.map((one) => [`${one.recordedAt} ${one.id}`, one]));
            const wanted = [...known.values()].filter(
              ({ recordedAt }) => recordedAt >= start + from,
            );
            await expect(store.since(start + from)).resolves.toEqual(inOrder(wanted));
          },
        ),
        { numRuns: 15 },
      );
    });
  });
}
