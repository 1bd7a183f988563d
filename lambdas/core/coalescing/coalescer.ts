// Group commit for fan-outs: whoever comes while another function is flushing records its messages for the next flush.
import type { InHand } from './hold';
import { createHoldLease, type HoldLeaseDependencies } from './hold-lease';
import { isFree, LeaseMemory } from './lease-memory';
import { overlapMilliseconds, type LaneEnd } from './ports';
import { createRecordPending } from './record-pending';

/** What is to be sent to everybody. */
export interface Outgoing extends InHand {
  /** The same for the same messages, also when they are sent again after a failure. */
  readonly id: string;
}

export interface Coalescer {
  /**
   * Sends messages: at once when nobody flushes and the last flush is long enough ago, else with the next flush, whoever
   * makes it. Resolves when they have been flushed by this call, or somebody is bound to flush them. `onFlushed` is called
   * in the first case only.
   * @param outgoing may come a little later, so that its register is written while the lease is acquired; undefined if there
   * is nothing to send after all. If it takes long, nobody else waits for it
   * @param deadline milliseconds since the Unix epoch; no post begins after it
   */
  send(outgoing: Outgoing | Promise<Outgoing | undefined>, deadline: number): Promise<void>;
  /**
   * Leaves messages with whoever is flushing now, who may have ended meanwhile: `drain` has to follow.
   * @returns false when nobody is: then they are not left
   * @throws when the table does not answer
   */
  join(outgoing: Pick<Outgoing, 'id' | 'messages'>): Promise<boolean>;
  /** Flushes what is pending and has nobody who flushes it. @throws when the table does not answer */
  drain(deadline: number): Promise<void>;
}

export function createCoalescer(dependencies: HoldLeaseDependencies): Coalescer {
  const { lease, pending, flush, handOver, now, log } = dependencies;
  const memory = new LeaseMemory(now);
  const hold = createHoldLease(dependencies, memory);
  const record = createRecordPending(dependencies, memory);

  /** Without the table messages cannot be left to others: they are sent as if there was no coalescing. */
  async function flushAlone({ messages, onFlushed, eventId }: Outgoing, deadline: number) {
    const flushing = flush({
      ...{ batched: messages, single: messages, deadline },
      ...(eventId === undefined ? {} : { eventId }),
    });
    await onFlushed(await Promise.all([flushing.batched, flushing.single]));
  }

  /** Events that were recorded meanwhile may have nobody who flushes them. */
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

/** The same messages, and whether they have been flushed by whoever was given them. */
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
  // Whoever awaits it gets the error; until then a rejection must not count as unhandled.
  outgoing.catch(() => undefined);
  return { outgoing, isFlushed: () => isFlushed };
}
