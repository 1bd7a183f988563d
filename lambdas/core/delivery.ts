// One frame to a stream of connections: bounded in flight, paced, retried, and done by a deadline.
import type { Pace } from './pace';
import type { Clock, Connection, Poster, Timers } from './ports';

/** How it ended for one connection; `left` is to be tried again by somebody else. */
export type Ending = 'delivered' | 'gone' | 'refused' | 'left';

export interface DeliveryOptions {
  readonly poster: Poster;
  readonly pace: Pace;
  readonly now: Clock;
  readonly timers: Timers;
  /** From 0 to below 1, as Math.random. */
  readonly random: () => number;
  /** Posts in flight at the most. */
  readonly concurrency: number;
  /** Posts to one connection at the most. */
  readonly maxAttempts: number;
}

export interface DeliveryResult {
  /** Posts that were made once more. */
  readonly retried: number;
  /** Whether all pages were read before the deadline. */
  readonly complete: boolean;
}

/** Connections that may wait for another attempt; beyond it no new ones are begun. */
const maxPausing = 2_000;

/** The pause before an attempt: anything up to a bound that doubles each time ("full jitter"). */
const basePauseMilliseconds = 200;
const longestPauseMilliseconds = 5_000;

interface Attempt {
  readonly connection: Connection;
  made: number;
}

/**
 * Posts `frame` to every connection of `pages`, and tells `settle` how it ended for each one that was read.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @throws only what reading the pages throws
 */
export async function deliverAll(
  frame: string,
  pages: AsyncIterator<readonly Connection[]>,
  deadline: number,
  settle: (connection: Connection, ending: Ending) => void,
  options: DeliveryOptions,
): Promise<DeliveryResult> {
  const { poster, pace, now, timers, random, concurrency, maxAttempts } = options;
  let page: readonly Connection[] = [];
  let next = 0;
  let exhausted = false;
  let reading: Promise<void> | undefined;
  let retried = 0;
  const ready: Attempt[] = [];
  const pausing = new Map<Attempt, () => void>();
  let sleepers: (() => void)[] = [];

  const isOver = () => now() >= deadline;
  const wakeAll = () => {
    for (const wake of sleepers.splice(0)) wake();
  };
  const wait = (milliseconds: number) =>
    new Promise<void>((resolve) => timers.after(milliseconds, resolve));

  async function readPage(): Promise<void> {
    const read = await pages.next();
    if (read.done === true) exhausted = true;
    else [page, next] = [read.value, 0];
  }

  /** What can be begun without waiting. */
  function takeNow(): Attempt | undefined {
    const again = ready.pop();
    if (again !== undefined) return again;
    if (next >= page.length || pausing.size >= maxPausing) return undefined;
    const connection = page[next++];
    return connection && { connection, made: 0 };
  }

  /** Undefined when there is nothing left to begin, or no time to begin it. */
  async function take(): Promise<Attempt | undefined> {
    for (;;) {
      if (isOver()) return undefined;
      const attempt = takeNow();
      if (attempt !== undefined) return attempt;
      if (!exhausted && next >= page.length) {
        // One lane reads, the others wait for the same page.
        reading ??= readPage().finally(() => (reading = undefined));
        await reading;
      } else if (pausing.size > 0) {
        await new Promise<void>((wake) => sleepers.push(wake));
      } else {
        // Whoever sleeps would wait for a retry that cannot come: what is in flight is retried by its lane.
        wakeAll();
        return undefined;
      }
    }
  }

  function pause(attempt: Attempt): void {
    const bound = Math.min(longestPauseMilliseconds, basePauseMilliseconds * 2 ** attempt.made);
    const cancel = timers.after(random() * bound, () => {
      pausing.delete(attempt);
      ready.push(attempt);
      sleepers.shift()?.();
    });
    pausing.set(attempt, cancel);
  }

  function judge(attempt: Attempt, outcome: Awaited<ReturnType<Poster['post']>>): void {
    attempt.made += 1;
    if (outcome === 'throttled') pace.slowDown();
    if (outcome !== 'throttled' && outcome !== 'failed') settle(attempt.connection, outcome);
    else if (attempt.made >= maxAttempts) settle(attempt.connection, 'left');
    else pause(attempt);
  }

  async function lane(): Promise<void> {
    for (;;) {
      const attempt = takeNow() ?? (await take());
      if (attempt === undefined) return;
      const early = pace.reserve();
      if (early >= 1) await wait(Math.min(early, Math.max(0, deadline - now())));
      if (isOver()) {
        ready.push(attempt);
        return;
      }
      if (attempt.made > 0) retried += 1;
      judge(attempt, await poster.post(attempt.connection.connectionId, frame));
    }
  }

  const stopWaiting = timers.after(deadline - now(), wakeAll);
  try {
    await Promise.all(Array.from({ length: concurrency }, lane));
  } finally {
    stopWaiting();
    for (const cancel of pausing.values()) cancel();
    sleepers = [];
    const left = [...ready, ...pausing.keys()].map(({ connection }) => connection);
    for (const connection of [...left, ...page.slice(next)]) settle(connection, 'left');
  }
  return { retried, complete: exhausted };
}
