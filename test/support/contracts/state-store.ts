// The contract of every StateStore; tests run it against each implementation.
import fc from 'fast-check';
import type { StateStore, StoredEvent } from '#core/broadcasting/ports';
import { shards } from '#core/shard';
import { isNewer, registerOf, versionOfEvent, type EventMessage } from '#sdk/protocol';
import { agentEvent, sessionEvent } from '../data/events';

const now = 1_707_163_200_000;
const times = { updatedAt: now, expiresAt: now + 60_000 };

/** Events of few registers with close timestamps, so that most of them conflict. */
export const eventArbitrary = fc.oneof(
  fc
    .record({
      agentId: fc.constantFrom('a', 'b#'),
      status: fc.constantFrom('online' as const, 'offline' as const, 'error' as const),
      timestamp: fc.nat(3),
    })
    .map(({ agentId, status, timestamp }) => agentEvent(agentId, status, timestamp)),
  fc
    .record({
      agentId: fc.constantFrom('a', 'b#'),
      sessionId: fc.constantFrom('s', '%', 'b#'),
      // No characters above U+FFFF: dynalite orders them as JavaScript does, unlike DynamoDB and `compareText`.
      lastMessage: fc.constantFrom('', 'hello', '\uFFFD', 'ä'),
      timestamp: fc.nat(3),
    })
    .map((one) => sessionEvent(one.agentId, one.sessionId, one.lastMessage, one.timestamp)),
);

/** The newest event of each register. */
export function lastWriters(events: readonly EventMessage[]): Map<string, EventMessage> {
  const last = new Map<string, EventMessage>();
  for (const event of events) {
    const known = last.get(registerOf(event));
    if (known === undefined || isNewer(versionOfEvent(event), versionOfEvent(known))) {
      last.set(registerOf(event), event);
    }
  }
  return last;
}

async function allOf(store: StateStore, since = 0, at = now): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for (const shard of shards) {
    for await (const page of store.pages(shard, since, at)) found.push(...page);
  }
  return found;
}

async function ofAgent(
  store: StateStore,
  agentId: string,
  since = 0,
  at = now,
): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for await (const page of store.pagesOfAgent(agentId, since, at)) found.push(...page);
  return found;
}

export function describeStateStore(
  name: string,
  create: () => StateStore | Promise<StateStore>,
): void {
  describe(`${name}, a state store`, () => {
    it('stores an event if it is newer, by timestamp and then by text', async () => {
      const store = await create();
      await expect(store.put(agentEvent('a', 'offline', 5), times)).resolves.toBe('stored');
      await expect(store.put(agentEvent('a', 'online', 4), times)).resolves.toBe('stale');
      await expect(store.put(agentEvent('a', 'error', 5), times)).resolves.toBe('stale');
      await expect(store.put(agentEvent('a', 'online', 5), times)).resolves.toBe('stored');
      await expect(store.put(agentEvent('a', 'error', 6), times)).resolves.toBe('stored');
      await expect(allOf(store)).resolves.toEqual([
        { event: agentEvent('a', 'error', 6), updatedAt: now },
      ]);
    });

    it('stores an identical event again until its broadcast is completed', async () => {
      const store = await create();
      const event = sessionEvent('a', 's', 'hello', 5);
      await store.put(event, times);
      await expect(store.put(event, times)).resolves.toBe('stored');
      await store.completeBroadcast(event);
      await expect(store.put(event, times)).resolves.toBe('stale');
    });

    it('ignores the completion of an event that a newer one has replaced', async () => {
      const store = await create();
      await store.put(agentEvent('a', 'online', 5), times);
      await store.put(agentEvent('a', 'offline', 6), times);
      await store.completeBroadcast(agentEvent('a', 'online', 5));
      await store.completeBroadcast(agentEvent('nobody', 'online', 5));
      await expect(store.put(agentEvent('a', 'offline', 6), times)).resolves.toBe('stored');
      await expect(allOf(store)).resolves.toHaveLength(1);
    });

    it('returns which events are superseded, also for more events than one read returns', async () => {
      const store = await create();
      await expect(store.areSuperseded([])).resolves.toEqual([]);
      await store.put(agentEvent('a', 'online', 5), times);
      await store.put(sessionEvent('a', 's', 'hello', 5), times);
      const others = Array.from({ length: 230 }, (_, index) => agentEvent(`b${index}`, 'error', 5));
      for (const event of others) await store.put(event, times);
      await expect(
        store.areSuperseded([
          agentEvent('a', 'online', 4),
          agentEvent('a', 'online', 5),
          agentEvent('a', 'error', 5),
          agentEvent('a', 'error', 6),
          agentEvent('nobody', 'online', 1),
          sessionEvent('a', 's', 'hallo', 5),
          sessionEvent('a', 's', 'hello', 5),
          sessionEvent('a', 'other', 'hello', 1),
          ...others,
        ]),
      ).resolves.toEqual([
        ...[true, false, true, false, false, true, false, false],
        ...others.map(() => false),
      ]);
      const older = others.map(({ payload }) => agentEvent(payload.agentId, 'error', 4));
      await expect(store.areSuperseded(older)).resolves.toEqual(others.map(() => true));
    });

    it('returns the events of one agent, of all event types, and of no other agent', async () => {
      const store = await create();
      const ids = ['a', 'a#', 'a#b', 'a%23b', 'a/b', 'A', 'b', '__proto__', '*', 'ä'];
      for (const agentId of ids) {
        await store.put(agentEvent(agentId, 'online', 5), times);
        for (const sessionId of ['s', '#', 'b#', agentId])
          await store.put(sessionEvent(agentId, sessionId, 'hello', 5), times);
      }
      for (const agentId of ids) {
        const found = await ofAgent(store, agentId);
        expect(found.map(({ event }) => event.payload.agentId)).toEqual(found.map(() => agentId));
        expect(new Set(found.map(({ event }) => registerOf(event))).size).toBe(5);
        expect(found).toHaveLength(5);
      }
      await expect(ofAgent(store, 'nobody')).resolves.toEqual([]);
    });

    it('returns from the events of an agent those that were stored after a time and have not expired', async () => {
      const store = await create();
      for (const [index, sessionId] of ['s', 't', 'u'].entries()) {
        const expiresAt = index === 2 ? now + 30_000 : now + 60_000;
        await store.put(sessionEvent('a', sessionId, 'm', 1), {
          updatedAt: now + index,
          expiresAt,
        });
      }
      const idsOf = async (since: number, at: number) =>
        (await ofAgent(store, 'a', since, at)).map(
          ({ event, updatedAt }) => `${registerOf(event)} ${updatedAt - now}`,
        );
      const [s, t, u] = ['s', 't', 'u'].map(
        (id, index) => `["session:activity","a","${id}"] ${index}`,
      );
      await expect(idsOf(now - 1, now)).resolves.toEqual([s, t, u]);
      await expect(idsOf(now, now)).resolves.toEqual([t, u]);
      await expect(idsOf(now, now + 30_000)).resolves.toEqual([t]);
      await expect(idsOf(0, now + 60_000)).resolves.toEqual([]);
    });

    it('returns all events of an agent with more than one page of them', async () => {
      const store = await create();
      // A page of DynamoDB has at most 1 MB.
      for (let index = 0; index < 40; index += 1)
        await store.put(sessionEvent('a', `s-${index}`, 'x'.repeat(30_000), 1), times);
      await expect(ofAgent(store, 'a')).resolves.toHaveLength(40);
    });

    it('returns the events that were stored after a time and have not expired', async () => {
      const store = await create();
      await store.put(agentEvent('a', 'online', 5), times);
      await store.put(agentEvent('b', 'online', 5), {
        updatedAt: now + 10,
        expiresAt: now + 90_000,
      });
      const ids = async (since: number, at?: number) =>
        (await allOf(store, since, at)).map(({ event }) => event.payload.agentId).sort();
      await expect(ids(0)).resolves.toEqual(['a', 'b']);
      await expect(ids(now - 1)).resolves.toEqual(['a', 'b']);
      await expect(ids(now)).resolves.toEqual(['b']);
      await expect(ids(now + 10)).resolves.toEqual([]);
      await expect(ids(0, now + 60_000)).resolves.toEqual(['b']);
    });

    it('holds the newest event of each register, in whatever order events are stored', async () => {
      const store = await create();
      const written: EventMessage[] = [];
      await fc.assert(
        fc.asyncProperty(fc.array(eventArbitrary, { maxLength: 25 }), async (events) => {
          // Each run has its own registers.
          const own = events.map(({ type, payload }) => ({
            type,
            payload: { ...payload, agentId: `${payload.agentId}-${written.length}` },
          })) as EventMessage[];
          written.push(...own);
          for (const event of own) await store.put(event, times);
          const stored = (await allOf(store)).map(({ event }) => [registerOf(event), event]);
          expect(new Map(stored as [string, EventMessage][])).toEqual(lastWriters(written));
        }),
        { numRuns: 25 },
      );
    });
  });
}
