// The contract of every StateStore and SilenceStore about the time to live; tests run it against each implementation.
import fc from 'fast-check';
import type { StateStore, StoredEvent } from '#core/broadcasting/ports';
import { shards } from '#core/shard';
import type { SilenceStore, SilentRegister } from '#core/silence/ports';
import { isNewer, versionOfEvent, type AgentStatus, type EventMessage } from '#sdk/protocol';
import { agentEvent, sessionEvent } from '../data/events';

const now = 1_707_163_200_000;
const day = 86_400_000;
/** The times of an event that is received at `updatedAt`, with the default lifetime of agents. */
const at = (updatedAt: number, aliveForSeconds?: number) => ({
  updatedAt,
  expiresAt: updatedAt + 7 * day,
  aliveForSeconds,
});

interface Stores {
  readonly state: StateStore;
  readonly silence: SilenceStore;
}

async function allOf({ state }: Stores, since = 0, time = now): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for (const shard of shards) {
    for await (const page of state.pages(shard, since, time)) found.push(...page);
  }
  return found;
}

/** Stores an event, and completes its broadcast. */
async function putAndComplete(
  { state }: Stores,
  event: EventMessage,
  times: ReturnType<typeof at>,
): Promise<void> {
  await expect(state.put(event, times)).resolves.toBe('stored');
  await state.completeBroadcast(event);
}

async function silentOf({ silence }: Stores, time: number): Promise<SilentRegister[]> {
  const found: SilentRegister[] = [];
  for (const shard of shards) {
    for await (const page of silence.pages(shard, time)) found.push(...page);
  }
  return found;
}

/** The only silent register. */
async function onlySilent(stores: Stores, time: number): Promise<SilentRegister> {
  const [silent, ...others] = await silentOf(stores, time);
  expect(others).toEqual([]);
  if (silent === undefined) throw new Error('No register is silent.');
  return silent;
}

export function describeTimeToLive(name: string, create: () => Stores | Promise<Stores>): void {
  describe(`${name}, stores with a time to live`, () => {
    it('prolong a register that holds the same value, and return its first event', async () => {
      const stores = await create();
      const { state } = stores;
      await putAndComplete(stores, agentEvent('a', 'online', 5), at(now, 60));
      for (const [index, timestamp] of [10, 20, 30].entries()) {
        const outcome = state.put(agentEvent('a', 'online', timestamp), at(now + index, 60));
        await expect(outcome).resolves.toBe('prolonged');
      }
      const first = { event: agentEvent('a', 'online', 5), updatedAt: now };
      await expect(allOf(stores)).resolves.toEqual([first]);
      // Nothing has changed since it was stored.
      await expect(allOf(stores, now)).resolves.toEqual([]);
      await expect(silentOf(stores, now + 60_001)).resolves.toEqual([]);
      await expect(silentOf(stores, now + 60_002)).resolves.toHaveLength(1);
    });

    it('prolong an event that had no time to live, and end it by one that has none', async () => {
      const stores = await create();
      const { state } = stores;
      await putAndComplete(stores, agentEvent('a', 'error', 5), at(now));
      const withOne = state.put(agentEvent('a', 'error', 6), at(now, 60));
      await expect(withOne).resolves.toBe('prolonged');
      const without = state.put(agentEvent('a', 'error', 7), at(now + 1));
      await expect(without).resolves.toBe('stored');
      await expect(silentOf(stores, now + 90_000)).resolves.toEqual([]);
      const newest = { event: agentEvent('a', 'error', 7), updatedAt: now + 1 };
      await expect(allOf(stores)).resolves.toEqual([newest]);
    });

    it('begin the time to live when the event was accepted, though it is received later', async () => {
      const stores = await create();
      const late = (delay: number) => ({ ...at(now + delay, 60), aliveFrom: now });
      for (const [index, delay] of [0, 20_000, 90_000].entries()) {
        const outcome = stores.state.put(agentEvent('a', 'online', index), late(delay));
        await expect(outcome).resolves.toBe(index === 0 ? 'stored' : 'prolonged');
        await stores.state.completeBroadcast(agentEvent('a', 'online', index));
        await expect(silentOf(stores, now + 59_999)).resolves.toEqual([]);
        await expect(silentOf(stores, now + 60_000)).resolves.toHaveLength(1);
      }
    });

    it('compare events with the newest report, not with the first one of its value', async () => {
      const stores = await create();
      const { state } = stores;
      await putAndComplete(stores, agentEvent('a', 'online', 5), at(now, 60));
      await state.put(agentEvent('a', 'online', 20), at(now, 60));
      for (const aliveForSeconds of [undefined, 60]) {
        const late = (status: AgentStatus['status'], timestamp: number) =>
          state.put(agentEvent('a', status, timestamp), at(now + 9, aliveForSeconds));
        await expect(late('offline', 10)).resolves.toBe('stale');
        await expect(late('online', 19)).resolves.toBe('stale');
        await expect(late('online', 20)).resolves.toBe('stale');
        await expect(late('error', 20)).resolves.toBe('stale');
      }
      await expect(silentOf(stores, now + 60_000)).resolves.toHaveLength(1);
      await expect(state.put(agentEvent('a', 'error', 21), at(now))).resolves.toBe('stored');
    });

    it('prolong no event whose broadcast is not completed, so that the next report is broadcast', async () => {
      const stores = await create();
      const { state } = stores;
      for (const aliveForSeconds of [undefined, 60]) {
        const agentId = `agent-${aliveForSeconds}`;
        const report = (timestamp: number, alive?: number) =>
          state.put(agentEvent(agentId, 'online', timestamp), at(now, alive));
        await expect(report(5, aliveForSeconds)).resolves.toBe('stored');
        await expect(report(6, 60)).resolves.toBe('stored');
        // The same report again, because the call that should broadcast it ended early.
        await expect(report(6, 60)).resolves.toBe('stored');
        await state.completeBroadcast(agentEvent(agentId, 'online', 5));
        await expect(report(7, 60)).resolves.toBe('stored');
        await state.completeBroadcast(agentEvent(agentId, 'online', 7));
        await expect(report(7, 60)).resolves.toBe('stale');
        await expect(report(8, 60)).resolves.toBe('prolonged');
      }
    });

    it('store the next report of an agent if its broadcast is required', async () => {
      const stores = await create();
      const { state } = stores;
      const lost = agentEvent('a', 'offline', 6);
      await state.requireBroadcast(lost);
      await expect(allOf(stores)).resolves.toEqual([]);
      await putAndComplete(stores, agentEvent('a', 'online', 5), at(now, 60));
      await state.requireBroadcast(lost);
      const next = agentEvent('a', 'online', 7);
      await putAndComplete(stores, next, at(now + 1, 60));
      await expect(allOf(stores)).resolves.toEqual([{ event: next, updatedAt: now + 1 }]);
      const later = state.put(agentEvent('a', 'online', 8), at(now + 2, 60));
      await expect(later).resolves.toBe('prolonged');
    });

    it('store an event that must be stored, though it only prolongs', async () => {
      const stores = await create();
      const { state } = stores;
      await putAndComplete(stores, agentEvent('a', 'online', 5), at(now, 60));
      const event = agentEvent('a', 'online', 7);
      const times = { ...at(now + 1, 60), mustStore: true };
      await expect(state.put(event, times)).resolves.toBe('stored');
      await expect(allOf(stores)).resolves.toEqual([{ event, updatedAt: now + 1 }]);
    });

    it('store an event anew if clients would forget its register soon', async () => {
      const stores = await create();
      const { state } = stores;
      await putAndComplete(stores, agentEvent('a', 'online', 5), at(now, 60));
      const half = now + 3.5 * day;
      const before = state.put(agentEvent('a', 'online', 6), at(half - 1, 60));
      await expect(before).resolves.toBe('prolonged');
      await expect(state.put(agentEvent('a', 'online', 7), at(half, 60))).resolves.toBe('stored');
      const newest = { event: agentEvent('a', 'online', 7), updatedAt: half };
      await expect(allOf(stores, 0, half)).resolves.toEqual([newest]);
    });

    it('keep a register for its lifetime after the time to live', async () => {
      const stores = await create();
      await putAndComplete(stores, agentEvent('a', 'online', 5), at(now));
      await stores.state.put(agentEvent('a', 'online', 6), at(now + 1_000, 60));
      const end = now + 1_000 + 7 * day + 60_000;
      await expect(allOf(stores, 0, end - 1_000)).resolves.toHaveLength(1);
      await expect(allOf(stores, 0, end)).resolves.toEqual([]);
    });

    it('find a silent agent until it is reported, with the same event each time', async () => {
      const stores = await create();
      const { state, silence } = stores;
      await putAndComplete(stores, agentEvent('a', 'online', 5), at(now, 60));
      await state.put(agentEvent('a', 'online', 1_000), at(now + 10, 60));
      await state.put(agentEvent('b', 'online', 5), at(now));
      await state.put(sessionEvent('a', 's', 'hello', 5), at(now));
      const event = agentEvent('a', 'offline', 61_000);
      const silent = { event, reportedAt: 1_000, aliveUntil: now + 60_010 };
      await expect(silentOf(stores, now + 60_009)).resolves.toEqual([]);
      const found = await onlySilent(stores, now + 60_010);
      expect(found).toEqual({ ...silent, isStored: false });

      await expect(silence.store(found, now + 70_000)).resolves.toBe(true);
      const stored = { event, updatedAt: now + 70_000 };
      await expect(allOf(stores, now + 60_000, now + 70_000)).resolves.toEqual([stored]);
      // Another heartbeat at the same time.
      await expect(silence.store(found, now + 70_001)).resolves.toBe(false);
      const again = await onlySilent(stores, now + 90_000);
      expect(again).toMatchObject({ event, aliveUntil: now + 60_010, isStored: true });

      await silence.complete(again);
      await expect(silentOf(stores, now + 90_000)).resolves.toEqual([]);
      await expect(allOf(stores, now + 60_000, now + 70_000)).resolves.toEqual([stored]);
    });

    it.each([
      ['prolongs it', 'online', 60],
      ['changes its status', 'error', 60],
      ['has no time to live', 'online', undefined],
    ] as const)('lose nothing to a report that %s meanwhile', async (_what, status, alive) => {
      const stores = await create();
      const { state, silence } = stores;
      const report = () => state.put(agentEvent('a', status, 61_000), at(now + 61_000, alive));
      for (const isFirst of [true, false]) {
        await state.put(agentEvent('a', 'online', isFirst ? 5 : 100_000), at(now, 60));
        const silent = await onlySilent(stores, now + 60_000);
        if (isFirst) {
          await expect(report()).resolves.not.toBe('stale');
          await expect(silence.store(silent, now + 61_000)).resolves.toBe(false);
          continue;
        }
        await expect(silence.store(silent, now + 61_000)).resolves.toBe(true);
        const later = agentEvent('a', status, 161_000);
        await expect(state.put(later, at(now + 62_000, alive))).resolves.toBe('stored');
        await silence.complete(silent);
        const left = { event: later, updatedAt: now + 62_000 };
        await expect(allOf(stores)).resolves.toEqual([left]);
        await expect(silentOf(stores, now + 121_999)).resolves.toEqual([]);
        await expect(silentOf(stores, now + 122_000)).resolves.toHaveLength(alive ? 1 : 0);
      }
    });

    it('hold the newest status, in whatever order reports with and without a time to live arrive', async () => {
      const stores = await create();
      let runs = 0;
      const report = fc.record({
        status: fc.constantFrom('online' as const, 'offline' as const, 'error' as const),
        timestamp: fc.nat(4),
        alive: fc.constantFrom(undefined, 60),
        isCompleted: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(report, { minLength: 1, maxLength: 8 }), async (reports) => {
          const agentId = `agent-${(runs += 1)}`;
          /** What a client holds that has got every message. */
          let shown: AgentStatus | undefined;
          let newest = { timestamp: -1, value: '' };
          for (const { status, timestamp, alive, isCompleted } of reports) {
            const event = agentEvent(agentId, status, timestamp);
            const aliveForSeconds = status === 'offline' ? undefined : alive;
            const outcome = await stores.state.put(event, at(now, aliveForSeconds));
            const version = versionOfEvent(event);
            if (isNewer(version, newest)) {
              newest = version;
              expect(outcome).not.toBe('stale');
            }
            if (outcome === 'stored') shown = event.payload as AgentStatus;
            if (isCompleted) await stores.state.completeBroadcast(event);
          }
          const held: unknown[] = [];
          for await (const page of stores.state.pagesOfAgent(agentId, 0, now)) held.push(...page);
          expect(held).toMatchObject([{ event: { payload: { status: newest.value } } }]);
          // A snapshot says the same as the messages.
          expect(held).toMatchObject([{ event: { payload: shown } }]);
        }),
        { numRuns: 60 },
      );
    });
  });
}
