// The contract of every TimelineStore; tests run it against each implementation.
import fc from 'fast-check';
import { positionOf, type Position } from '#core/timeline/position';
import type { TimelineStore } from '#core/timeline/ports';
import { byNewest, type SessionActivity, type TimelineEvent } from '#sdk/protocol';

const now = 1_707_163_200_000;
const expiresAt = now + 60_000;
const session = { agentId: 'a#', sessionId: 's%' };

const activity = (lastMessage: string, timestamp: number, ids = session): SessionActivity => ({
  ...ids,
  ...{ lastMessage, timestamp },
});

/** Few values and times, so that many events have the same time or are the same. */
export const activityArbitrary = fc
  .record({
    lastMessage: fc.constantFrom('', 'hello', 'ä', 'x'.repeat(9_000), 'y'.repeat(30_000)),
    timestamp: fc.nat(3).map((index) => now + index),
  })
  .map((one) => activity(one.lastMessage, one.timestamp));

/** Reads the whole timeline, page by page. */
async function readAll(
  store: Pick<TimelineStore, 'page'>,
  limit: number,
  time = now,
): Promise<readonly TimelineEvent[]> {
  const found: TimelineEvent[] = [];
  for (let before: Position | undefined; ;) {
    const page = await store.page(session, { before, limit, now: time });
    if (page.events.length > limit) throw new Error('There are more events than were asked for.');
    found.push(...page.events);
    if (page.next === undefined) return found;
    before = page.next;
  }
}

export function describeTimelineStore(
  name: string,
  create: () => TimelineStore | Promise<TimelineStore>,
): void {
  describe(`${name}, a timeline store`, () => {
    it('has an empty timeline for a session that has not reported', async () => {
      const store = await create();
      await store.write([activity('other', 1, { ...session, sessionId: 's' })], expiresAt);
      await store.write([activity('other', 1, { agentId: 'a', sessionId: '#s%' })], expiresAt);
      await expect(store.page(session, { limit: 9, now })).resolves.toEqual({
        events: [],
      });
    });

    it('returns the events by time, the newest first, in whatever order they were written', async () => {
      const store = await create();
      const times = [10, 9, 100, now, 99, 0];
      for (const time of times) await store.write([activity('m', time)], expiresAt);
      await expect(readAll(store, 2)).resolves.toEqual(
        [now, 100, 99, 10, 9, 0].map((timestamp) => ({ lastMessage: 'm', timestamp })),
      );
    });

    it('returns the events before a time, and before a position within a millisecond', async () => {
      const store = await create();
      await store.write(
        ['a', 'b', 'c'].map((text) => activity(text, now)),
        expiresAt,
      );
      await store.write([activity('older', now - 1)], expiresAt);
      const pageBefore = async (before: { timestamp: number; hash?: string }) =>
        (await store.page(session, { before, limit: 9, now })).events;
      const all = await readAll(store, 9);
      await expect(pageBefore({ timestamp: now + 1 })).resolves.toEqual(all);
      await expect(pageBefore({ timestamp: now })).resolves.toEqual(all.slice(3));
      for (const [index, event] of all.entries()) {
        await expect(pageBefore(positionOf(event))).resolves.toEqual(all.slice(index + 1));
      }
    });

    it('leaves out events that have expired, also if all of a page have', async () => {
      const store = await create();
      const old = Array.from({ length: 400 }, (_, index) => activity(`old ${index}`, now + index));
      await store.write(old, now);
      await store.write([activity('kept', now - 1)], now + 1_000);
      await expect(readAll(store, 3)).resolves.toEqual([
        { lastMessage: 'kept', timestamp: now - 1 },
      ]);
      await expect(readAll(store, 3, now + 1_000)).resolves.toEqual([]);
    });

    it('loses and doubles no event, whatever is written how often, and however long the pages are', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(activityArbitrary, { maxLength: 40 }), { maxLength: 4 }),
          fc.integer({ min: 1, max: 12 }),
          async (writes, limit) => {
            const store = await create();
            for (const events of writes) await store.write(events, expiresAt);
            const distinct = new Map(
              writes.flat().map(({ lastMessage, timestamp }) => {
                const event = { lastMessage, timestamp };
                return [JSON.stringify(event), event];
              }),
            );
            const read = await readAll(store, limit);
            expect(read.toSorted(byNewest)).toEqual([...distinct.values()].sort(byNewest));
            const times = read.map(({ timestamp }) => timestamp);
            expect(times).toEqual(times.toSorted((one, other) => other - one));
          },
        ),
        { numRuns: 15 },
      ));
  });
}
