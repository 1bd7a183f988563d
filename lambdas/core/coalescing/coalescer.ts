// Group commit for fan-outs: who comes while another is flushing leaves its messages, and goes.
import type { Clock } from '../clock';
import { Hold, leaseMilliseconds, shortestFlushMilliseconds } from './hold';
import type { HoldDependencies, InHand } from './hold';
import { pendingItemsOf } from './pending-items';
import { overlapMilliseconds, type LaneEnd, type LeaseState } from './ports';

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

export interface CoalescerDependencies extends HoldDependencies {
  /** Names a holder as nobody else is named. */
  readonly createId: () => string;
  /** Has another worker drain what is pending. */
  readonly handOver: () => Promise<void>;
}

/** How long a lease that has been acquired waits for what is to be sent, in milliseconds: everybody else waits as well. */
const timeoutMilliseconds = 250;

/** What the caller has to send, as soon as that is known. */
type Given = Promise<InHand | undefined> | undefined;

/** How long it is believed that the lease is held: what is false about it costs a pending item, and half an interval. */
const rememberedMilliseconds = 250;

export function createCoalescer(dependencies: CoalescerDependencies): Coalescer {
  const { lease, pending, flush, createId, handOver, now, timers, log } = dependencies;
  const memory = new LeaseMemory(now);

  /** Flushes as long as there is something, or somebody else does: what was given as well, unless it is late or time is up. */
  async function hold(given: Given, deadline: number): Promise<void> {
    const holds: Hold[] = [];
    try {
      await holdAgain(given, deadline, holds);
    } finally {
      // Others have the lease already. An invocation must not end before what it has begun.
      await Promise.all(holds.map((one) => one.settle()));
    }
  }

  async function holdAgain(given: Given, deadline: number, holds: Hold[]): Promise<void> {
    let inHand: InHand | undefined | Given = given && inTime(given);
    // The same name again: a lease whose release was not answered is still this holder's.
    const holder = createId();
    for (;;) {
      const acquiredAt = now();
      const before = await lease.acquire(holder, acquiredAt, acquiredAt + leaseMilliseconds);
      if (before === undefined) {
        memory.noteHeld();
        return;
      }
      memory.note(before);
      memory.forgetHeld();
      const held = new Hold(holder, before, deadline, dependencies);
      holds.push(held);
      const end = await held.run(inHand);
      inHand = end.inHand;
      if (end.isLost) return;
      // Whoever left something before the release has seen the lease held, and relies on this look.
      const isMore = await held.findsMore();
      if (!isMore && inHand === undefined) return;
      if (now() >= deadline - shortestFlushMilliseconds) {
        if (isMore) await handOverUnlessHeld();
        return;
      }
    }
  }

  /** Undefined if it is late, or will never be. */
  function inTime(given: Promise<InHand | undefined>): Promise<InHand | undefined> {
    return new Promise((resolve) => {
      const giveUp = () => {
        resolve(undefined);
      };
      const cancel = timers.after(timeoutMilliseconds, giveUp);
      void given.then(resolve, giveUp).finally(cancel);
    });
  }

  async function handOverUnlessHeld(): Promise<void> {
    if (isFree(await lease.look(), now())) await handOver();
  }

  /**
   * Leaves messages to whoever flushes next.
   * @returns whether somebody is bound to; else it must be seen to that somebody does
   */
  async function record(outgoing: Pick<Outgoing, 'id' | 'messages'>): Promise<boolean> {
    let recordedAt = Math.max(now(), memory.read);
    for (;;) {
      const begunAt = now();
      // One after the other: who reads meanwhile meets the earlier ones.
      for (const item of pendingItemsOf(outgoing, recordedAt)) await pending.record(item);
      // It may have been released before the item was there to be seen.
      const state = await lease.look();
      memory.note(state);
      if (recordedAt >= state.read - overlapMilliseconds) return !isFree(state, now());
      // It may lie behind the cursor: clocks differ, or the write took long. Next time it is dated so much later that it
      // is not behind again when the write takes as long once more.
      recordedAt = Math.max(now(), state.read) + (now() - begunAt);
    }
  }

  /** Without the table nobody can be told: as if there was no coalescing, with what that costs. */
  async function flushAlone({ messages, onFlushed, eventId }: Outgoing, deadline: number) {
    const flushing = flush({
      ...{ batched: messages, single: messages, deadline },
      ...(eventId === undefined ? {} : { eventId }),
    });
    await onFlushed(await Promise.all([flushing.batched, flushing.single]));
  }

  /** What came meanwhile may have nobody who flushes it. */
  async function handOverQuietly(): Promise<void> {
    try {
      await handOver();
    } catch (error) {
      log.error('pending events not handed over', { error });
    }
  }

  return {
    async send(given, deadline) {
      const state = { isFlushed: false };
      const noting = async () => {
        const outgoing = await given;
        if (outgoing === undefined) return undefined;
        const onFlushed = (reports: readonly LaneEnd[]) => {
          state.isFlushed = true;
          return outgoing.onFlushed(reports);
        };
        return { ...outgoing, onFlushed };
      };
      const own = noting();
      // Whoever waits for it hears of it; until then nobody does.
      own.catch(() => undefined);
      try {
        if (!memory.isHeld()) await hold(own, deadline);
        const outgoing = await own;
        if (outgoing === undefined || state.isFlushed) return;
        if (!(await record(outgoing))) await hold(undefined, deadline);
      } catch (error) {
        log.error('events not coalesced', { error });
        const outgoing = await own;
        if (outgoing === undefined || state.isFlushed) await handOverQuietly();
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

function isFree(
  { holder, heldUntil }: Pick<LeaseState, 'holder' | 'heldUntil'>,
  now: number,
): boolean {
  return holder === undefined || heldUntil <= now;
}

/** What this environment has seen of the lease last. */
class LeaseMemory {
  /** The greatest `read` that was seen: items are recorded no earlier, whatever the clock says. */
  read = 0;
  private heldAt = -Infinity;

  constructor(private readonly now: Clock) {}

  note(state: LeaseState): void {
    this.read = Math.max(this.read, state.read);
    if (isFree(state, this.now())) this.forgetHeld();
    else this.noteHeld();
  }

  noteHeld(): void {
    this.heldAt = this.now();
  }

  forgetHeld(): void {
    this.heldAt = -Infinity;
  }

  isHeld(): boolean {
    const age = this.now() - this.heldAt;
    return age >= 0 && age < rememberedMilliseconds;
  }
}
