// The table's items of coalescing, and the records of connections, in simulated time.
import type {
  FanOutLease,
  HeldState,
  LeaseState,
  PendingItem,
  PendingStore,
  SentKeys,
} from '../lambdas/core/broadcasting/ports';
import type { Connection, ConnectionStore } from '../lambdas/core/ports';
import { shardCount } from '../lambdas/core/shard';
import { callMilliseconds } from './measured';
import type { VirtualClock } from './virtual-clock';

/** A call of DynamoDB or SQS: it is made half way through its time. */
export type Call = <T>(work: () => T) => Promise<T>;

export function createCall(clock: VirtualClock): Call {
  const half = () => new Promise<void>((resolve) => clock.after(callMilliseconds / 2, resolve));
  return async (work) => {
    await half();
    const result = work();
    await half();
    return result;
  };
}

export function createSimulatedLease(call: Call): FanOutLease {
  let state: LeaseState = {
    ...{ holder: undefined, heldUntil: 0, read: 0, flushedAt: 0, hasSent: false },
    done: { batched: 0, single: 0 },
  };
  let sent: SentKeys = { batched: [], single: [] };
  const write = (holder: string, next: HeldState, isReleased: boolean) => {
    if (state.holder !== holder) return false;
    state = { ...next, holder: isReleased ? undefined : holder };
    return true;
  };

  return {
    look: () => call(() => state),
    acquire: (holder, now, heldUntil) =>
      call(() => {
        const before = state;
        if (before.holder !== undefined && before.heldUntil > now) return undefined;
        state = { ...before, holder, heldUntil };
        return before;
      }),
    renew: (holder, next) => call(() => write(holder, next, false)),
    release: (holder, next) => call(() => write(holder, next, true)),
    saveSent: (keys) =>
      call(() => {
        sent = keys;
      }),
    readSent: () => call(() => sent),
  };
}

export function createSimulatedPending(call: Call): PendingStore {
  const items: PendingItem[] = [];
  return {
    record: (item) =>
      call(() => {
        items.push(item);
      }),
    since: (from) =>
      call(() =>
        items
          .filter(({ recordedAt }) => recordedAt >= from)
          .sort((a, b) => a.recordedAt - b.recordedAt || (a.id < b.id ? -1 : 1)),
      ),
  };
}

/** Nobody comes, goes or expires. */
const never = () => Promise.reject(new Error('This does not happen in a simulation.'));

/** Records that DynamoDB answers at once: 1 MB. */
const pageSize = 7_000;

/** As many connections, each of another user, in equal shards; such a share of them without batches. */
export function createSimulatedConnections(
  count: number,
  documentedShare: number,
  call: Call,
): ConnectionStore {
  const byShard: Connection[][] = Array.from({ length: shardCount }, () => []);
  for (let index = 0; index < count; index += 1) {
    const id = String(index);
    const expiresAt = Number.MAX_SAFE_INTEGER;
    const round = Math.floor(index / shardCount);
    const batches =
      Math.floor((round + 1) * documentedShare) === Math.floor(round * documentedShare);
    byShard[index % shardCount]?.push({
      ...{ userId: id, connectionId: id, connectedAt: 0, expiresAt, batches },
    });
  }
  return {
    async *pages(shard, { after } = {}) {
      const all = byShard[shard] ?? [];
      const start = all.findIndex(({ userId }) => userId === after?.userId) + 1;
      for (let next = start; next < all.length; next += pageSize) {
        yield await call(() => all.slice(next, next + pageSize));
      }
    },
    ...{ save: never, remove: never, removeAll: never, find: never, extend: never },
    ...{ ofUser: never, markDisconnected: never, markerOf: never },
  };
}
