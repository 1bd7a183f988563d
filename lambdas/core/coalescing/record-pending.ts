// Records messages for the next flush.
import type { Clock } from '../clock';
import { isFree, type LeaseCache } from './lease-cache';
import { pendingItemsOf } from './pending-items';
import {
  overlapMilliseconds,
  type FanOutLease,
  type PendingItem,
  type PendingStore,
} from './ports';

/**
 * Records messages as pending.
 * @returns whether another invocation is certain to flush them; if not, the caller has to
 * @throws if the table does not answer
 */
export type RecordPending = (outgoing: Pick<PendingItem, 'id' | 'messages'>) => Promise<boolean>;

export function createRecordPending(
  dependencies: {
    readonly lease: Pick<FanOutLease, 'look'>;
    readonly pending: Pick<PendingStore, 'record'>;
    readonly now: Clock;
  },
  memory: LeaseCache,
): RecordPending {
  const { lease, pending, now } = dependencies;

  return async (outgoing) => {
    let recordedAt = Math.max(now(), memory.read);
    for (;;) {
      const begunAt = now();
      // One after the other, so that a concurrent read never finds an item without the earlier ones.
      for (const item of pendingItemsOf(outgoing, recordedAt)) await pending.record(item);
      // The lease may have been released before the item was written.
      const state = await lease.look();
      memory.note(state);
      if (recordedAt >= state.read - overlapMilliseconds) return !isFree(state, now());
      // The item may be behind the cursor, because clocks differ or the write took long. It is recorded again, with a time
      // that is later by the duration of the write, so that it is not behind the cursor again.
      recordedAt = Math.max(now(), state.read) + (now() - begunAt);
    }
  };
}
