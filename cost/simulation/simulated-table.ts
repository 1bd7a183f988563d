// Simulates the table in virtual time: the lease, pending items and connections.
import type { FanOutLease, PendingStore } from '#core/coalescing/ports';
import type { Connection, ConnectionStore } from '#core/connections/ports';
import { shardCount } from '#core/shard';
import { callMilliseconds } from '../model/measured';
import { MemoryFanOutLease, MemoryPendingStore } from './memory-coalescing';
import type { VirtualClock } from './virtual-clock';

/** A call of DynamoDB or SQS. It takes effect after half of its duration. */
export type Call = <T>(work: () => T | Promise<T>) => Promise<T>;

export function createCall(clock: VirtualClock): Call {
  const half = () => new Promise<void>((resolve) => clock.after(callMilliseconds / 2, resolve));
  return async (work) => {
    await half();
    const result = await work();
    await half();
    return result;
  };
}

export function createSimulatedLease(call: Call): FanOutLease {
  const lease = new MemoryFanOutLease();
  return {
    look: () => call(() => lease.look()),
    acquire: (...args) => call(() => lease.acquire(...args)),
    refresh: (...args) => call(() => lease.refresh(...args)),
    release: (...args) => call(() => lease.release(...args)),
    saveSent: (sent) => call(() => lease.saveSent(sent)),
    readSent: () => call(() => lease.readSent()),
  };
}

export function createSimulatedPending(call: Call): PendingStore {
  const pending = new MemoryPendingStore();
  return {
    record: (item) => call(() => pending.record(item)),
    since: (from) => call(() => pending.since(from)),
  };
}

/** Connections do not open, close or expire in a simulation. */
const never = () => Promise.reject(new Error('This does not happen in a simulation.'));

/** Records in one page of a Query, which is limited to 1 MB. */
const pageSize = 7_000;

/** The number of connections without batches. */
export function documentedOf(connections: number, documentedShare: number): number {
  return Math.round(connections * documentedShare);
}

/**
 * Creates a store with `count` connections, each of a different user, distributed evenly over the shards. Connections without
 * batches are distributed evenly over the shards and within each shard.
 */
export function createSimulatedConnections(
  count: number,
  documentedShare: number,
  call: Call,
): ConnectionStore {
  const documented = documentedOf(count, documentedShare);
  let before = 0;
  // `before` counts in the order of the shards, so that each shard gets its share of connections without batches.
  const byShard = Array.from({ length: shardCount }, (_, shard) => {
    const all: Connection[] = [];
    for (let index = shard; index < count; index += shardCount, before += 1) {
      const id = String(index);
      const expiresAt = Number.MAX_SAFE_INTEGER;
      const batches =
        Math.floor(((before + 1) * documented) / count) ===
        Math.floor((before * documented) / count);
      all.push({ ...{ userId: id, connectionId: id, connectedAt: 0, expiresAt, batches } });
    }
    return all;
  });
  return {
    async *pages(shard, { after } = {}) {
      const all = byShard[shard] ?? [];
      const start = all.findIndex(({ userId }) => userId === after?.userId) + 1;
      for (let next = start; next < all.length; next += pageSize) {
        yield await call(() => all.slice(next, next + pageSize));
      }
    },
    ...{ save: never, remove: never, removeAll: never, find: never, refresh: never },
    ...{
      findAll: never,
      changeView: never,
      ofUser: never,
      markDisconnected: never,
      markerOf: never,
    },
  };
}
