// Acquires the fan-out lease, and holds it as long as there is something to flush.
import type { Timers } from '../clock';
import { leaseMilliseconds } from './held-lease';
import {
  FlushLoop,
  shortestFlushMilliseconds,
  type FlushLoopDependencies,
  type OwnMessages,
} from './flush-loop';
import { isFree, type LeaseCache } from './lease-cache';

/** The caller's own messages, as soon as they are known. */
type Given = Promise<OwnMessages | undefined> | undefined;

/**
 * Flushes until nothing is pending, unless another invocation holds the lease. Flushes the given messages as well, unless
 * they come too late or the deadline is near.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @throws if the table does not answer
 */
export type HoldLease = (given: Given, deadline: number) => Promise<void>;

export interface HoldLeaseDependencies extends FlushLoopDependencies {
  /** Creates the unique id of a holder. */
  readonly createId: () => string;
  /** Makes another worker drain the pending events. */
  readonly handOver: () => Promise<void>;
}

/** How long an acquired lease is held for the caller's messages, in milliseconds: all other events wait as well. */
const timeoutMilliseconds = 250;

export function createHoldLease(
  dependencies: HoldLeaseDependencies,
  memory: LeaseCache,
): HoldLease {
  const { lease, createId, handOver, now, timers } = dependencies;

  async function holdAgain(given: Given, deadline: number, holds: FlushLoop[]): Promise<void> {
    let ownMessages: OwnMessages | undefined | Given = given && inTime(given, timers);
    // All acquisitions use the same id: if a release was not carried out, this holder can acquire the lease again.
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
      const held = new FlushLoop(holder, before, deadline, dependencies);
      holds.push(held);
      const end = await held.run(ownMessages);
      ownMessages = end.ownMessages;
      if (end.isLost) return;
      // Invocations that recorded events before the release found the lease held, and rely on this check.
      const isMore = await held.findsMore();
      if (!isMore && ownMessages === undefined) return;
      if (now() >= deadline - shortestFlushMilliseconds) {
        if (isMore && isFree(await lease.look(), now())) await handOver();
        return;
      }
    }
  }

  return async (given, deadline) => {
    const holds: FlushLoop[] = [];
    try {
      await holdAgain(given, deadline, holds);
    } finally {
      // The lease is released or lost by now, but the invocation must not end before its flushes have ended.
      await Promise.all(holds.map((one) => one.settle()));
    }
  };
}

/** The given messages; undefined if they take too long, or their promise rejects. */
function inTime(given: NonNullable<Given>, timers: Timers): NonNullable<Given> {
  return new Promise((resolve) => {
    const giveUp = () => {
      resolve(undefined);
    };
    const cancel = timers.after(timeoutMilliseconds, giveUp);
    void given.then(resolve, giveUp).finally(cancel);
  });
}
