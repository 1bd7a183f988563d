// Acquires the fan-out lease, and holds it as long as there is something to flush.
import type { Timers } from '../clock';
import { leaseMilliseconds } from './held-lease';
import { Hold, shortestFlushMilliseconds, type HoldDependencies, type InHand } from './hold';
import { isFree, type LeaseMemory } from './lease-memory';

/** What the caller has to send, as soon as that is known. */
type Given = Promise<InHand | undefined> | undefined;

/**
 * Flushes as long as there is something, or somebody else does: what was given as well, unless it is late or time is up.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @throws when the table does not answer
 */
export type HoldLease = (given: Given, deadline: number) => Promise<void>;

export interface HoldLeaseDependencies extends HoldDependencies {
  /** A unique name for a holder. */
  readonly createId: () => string;
  /** Has another worker drain what is pending. */
  readonly handOver: () => Promise<void>;
}

/** How long a lease that has been acquired waits for what is to be sent, in milliseconds: everybody else waits as well. */
const timeoutMilliseconds = 250;

export function createHoldLease(
  dependencies: HoldLeaseDependencies,
  memory: LeaseMemory,
): HoldLease {
  const { lease, createId, handOver, now, timers } = dependencies;

  async function holdAgain(given: Given, deadline: number, holds: Hold[]): Promise<void> {
    let inHand: InHand | undefined | Given = given && inTime(given, timers);
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
      // Whoever recorded something before the release saw the lease held, and relies on this look.
      const isMore = await held.findsMore();
      if (!isMore && inHand === undefined) return;
      if (now() >= deadline - shortestFlushMilliseconds) {
        if (isMore && isFree(await lease.look(), now())) await handOver();
        return;
      }
    }
  }

  return async (given, deadline) => {
    const holds: Hold[] = [];
    try {
      await holdAgain(given, deadline, holds);
    } finally {
      // The lease is released, or lost. An invocation must not end before what it has begun.
      await Promise.all(holds.map((one) => one.settle()));
    }
  };
}

/** Undefined if it takes too long, or fails. */
function inTime(given: NonNullable<Given>, timers: Timers): NonNullable<Given> {
  return new Promise((resolve) => {
    const giveUp = () => {
      resolve(undefined);
    };
    const cancel = timers.after(timeoutMilliseconds, giveUp);
    void given.then(resolve, giveUp).finally(cancel);
  });
}
