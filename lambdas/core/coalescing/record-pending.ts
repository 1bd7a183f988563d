// Leaves messages to whoever flushes next.
import type { Clock } from '../clock';
import { isFree, type LeaseMemory } from './lease-memory';
import { pendingItemsOf } from './pending-items';
import {
  overlapMilliseconds,
  type FanOutLease,
  type PendingItem,
  type PendingStore,
} from './ports';

/**
 * @returns whether somebody is bound to flush them; else the caller has to
 * @throws when the table does not answer
 */
export type RecordPending = (outgoing: Pick<PendingItem, 'id' | 'messages'>) => Promise<boolean>;

export function createRecordPending(
  dependencies: {
    readonly lease: Pick<FanOutLease, 'look'>;
    readonly pending: Pick<PendingStore, 'record'>;
    readonly now: Clock;
  },
  memory: LeaseMemory,
): RecordPending {
  const { lease, pending, now } = dependencies;

  return async (outgoing) => {
    let recordedAt = Math.max(now(), memory.read);
    for (;;) {
      const begunAt = now();
      // One after the other: who reads meanwhile meets the earlier ones.
      for (const item of pendingItemsOf(outgoing, recordedAt)) await pending.record(item);
      // It may have been released before the item was there to be seen.
      const state = await lease.look();
      memory.note(state);
      if (recordedAt >= state.read - overlapMilliseconds) return !isFree(state, now());
      // It may lie behind the cursor: clocks differ, or the write took long. It is recorded again, later by as long as the
      // write took, so that it does not lie behind again.
      recordedAt = Math.max(now(), state.read) + (now() - begunAt);
    }
  };
}
