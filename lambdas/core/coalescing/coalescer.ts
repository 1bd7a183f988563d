// Group commit for fan-outs: messages that arrive while another invocation flushes are recorded for the next flush.
import type { OwnMessages } from './flush-loop';
import { createHoldLease, type HoldLeaseDependencies } from './hold-lease';
import { isFree, LeaseCache } from './lease-cache';
import { overlapMilliseconds, type LaneEnd } from './ports';
import { createRecordPending } from './record-pending';

/** Messages for all connections. */
export interface Outgoing extends OwnMessages {
  /** Identifies the messages; it stays the same if they are sent again after a failure. */
  readonly id: string;
}

export interface Coalescer {
  /**
   * Sends messages: at once if the lease is free and the last flush began long enough ago; otherwise with the next flush of
   * any invocation. Resolves when this call has flushed them, or when another invocation is certain to flush them.
   * `onFlushed` is called in the first case only.
   * @param outgoing can be a promise, so that the lease is acquired while the register is written; undefined if there is
   * nothing to send. If the promise takes too long, the lease is not held for it
   * @param deadline milliseconds since the Unix epoch; no post begins after it
   */
  send(outgoing: Outgoing | Promise<Outgoing | undefined>, deadline: number): Promise<void>;
  /**
   * Records messages for the current lease holder. Because it may have released the lease meanwhile, `drain` has to follow.
   * @returns false if the lease is free: the messages are not recorded then
   * @throws if the table does not answer
   */
  join(outgoing: Pick<Outgoing, 'id' | 'messages'>): Promise<boolean>;
  /** Flushes pending events if the lease is free. @throws if the table does not answer */
  drain(deadline: number): Promise<void>;
}

export function createCoalescer(dependencies: HoldLeaseDependencies): Coalescer {
  const { lease, pending, flush, handOver, now, log } = dependencies;
  const memory = new LeaseCache(now);
  const hold = createHoldLease(dependencies, memory);
  const record = createRecordPending(dependencies, memory);

  /** Sends messages without coalescing, because without the table they cannot be recorded for other invocations. */
  async function flushAlone({ messages, onFlushed, eventId }: Outgoing, deadline: number) {
    const flushing = flush({
      ...{ batched: messages, single: messages, deadline },
      ...(eventId === undefined ? {} : { eventId }),
    });
    await onFlushed(await Promise.all([flushing.batched, flushing.single]));
  }

  /** Makes another worker flush events that were recorded meanwhile. Never rejects. */
  async function handOverQuietly(): Promise<void> {
    try {
      await handOver();
    } catch (error) {
      log.error('pending events not handed over', { error });
    }
  }

  return {
    async send(given, deadline) {
      const sending = noteFlushed(given);
      try {
        if (!memory.isHeld()) await hold(sending.outgoing, deadline);
        const outgoing = await sending.outgoing;
        if (outgoing === undefined || sending.isFlushed()) return;
        if (!(await record(outgoing))) await hold(undefined, deadline);
      } catch (error) {
        log.error('events not coalesced', { error });
        const outgoing = await sending.outgoing;
        if (outgoing === undefined || sending.isFlushed()) await handOverQuietly();
        else await flushAlone(outgoing, deadline);
      }
    },

    async join(outgoing) {
      const state = await lease.look();
      memory.note(state);
      if (isFree(state, now())) return false;
      await record(outgoing);
      return true;
    },

    async drain(deadline) {
      const { done, ...state } = await lease.look();
      if (!isFree(state, now())) return;
      const from = Math.min(done.batched, done.single) - overlapMilliseconds;
      const items = await pending.since(from);
      if (items.length > 0) await hold(undefined, deadline);
    },
  };
}

/** Wraps messages, and tracks whether their `onFlushed` has been called. */
function noteFlushed(given: Outgoing | Promise<Outgoing | undefined>): {
  readonly outgoing: Promise<Outgoing | undefined>;
  readonly isFlushed: () => boolean;
} {
  let isFlushed = false;
  const note = async () => {
    const outgoing = await given;
    if (outgoing === undefined) return undefined;
    const onFlushed = (reports: readonly LaneEnd[]) => {
      isFlushed = true;
      return outgoing.onFlushed(reports);
    };
    return { ...outgoing, onFlushed };
  };
  const outgoing = note();
  // Callers get the error when they await the promise; until then, a rejection must not count as unhandled.
  outgoing.catch(() => undefined);
  return { outgoing, isFlushed: () => isFlushed };
}
