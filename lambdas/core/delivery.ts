// One frame to a stream of connections: bounded in flight, paced, retried, and done by a deadline.
import { isExpired } from './connection';
import type { Pace } from './pace';
import type { Clock, Connection, Poster, Timers } from './ports';

/** Connections, page by page. What was not taken has not been handed out. */
export interface Pages {
  /** Whether there is one more page to take, as soon as it is there. Never rejects. */
  arrive(): Promise<boolean>;
  /** The page that has arrived. */
  take(): readonly Connection[];
}

/** Connections that are known already. */
export function onePage(connections: readonly Connection[]): Pages {
  const pages = [connections];
  return {
    arrive: () => Promise.resolve(pages.length > 0),
    take: () => pages.pop() ?? [],
  };
}

/**
 * How it ended for one connection. `left` is to be tried again by somebody else, and so is `stuck`: it was throttled
 * while the account was not, as its client does not read.
 */
export type Ending = 'delivered' | 'gone' | 'refused' | 'left' | 'stuck';

export interface DeliveryListener {
  /** Told how it ended for each connection that was taken, but for those that have expired. */
  settle(connection: Connection, ending: Ending): void;
  /**
   * Told of a connection that has expired when its turn comes. Never rejects.
   * @returns the connection as it is now if it has been extended: then it is posted to; else it is not
   */
  onExpired(connection: Connection): Promise<Connection | undefined>;
}

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
  /** Posts to one connection at the most that is throttled while the account is not: nobody waits for it for long. */
  readonly maxStuckAttempts: number;
}

export interface PostCounts {
  readonly posts: number;
  /** Those of them that were not the first to their connection. */
  readonly retried: number;
}

/** Connections that may wait for another attempt; beyond it no new ones are begun. */
const maxPausing = 2_000;

/** The pause before an attempt: anything up to a bound that doubles each time ("full jitter"). */
const basePauseMilliseconds = 200;
const longestPauseMilliseconds = 5_000;

interface Attempt {
  connection: Connection;
  made: number;
}

/**
 * Posts `frame` to every connection of `pages`. Never rejects.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 */
export async function deliverAll(
  frame: string,
  pages: Pages,
  deadline: number,
  listener: DeliveryListener,
  options: DeliveryOptions,
): Promise<PostCounts> {
  const { poster, pace, now, timers, random, concurrency } = options;
  const { maxAttempts, maxStuckAttempts } = options;
  let page: readonly Connection[] = [];
  let next = 0;
  let reading = false;
  let exhausted = false;
  let over = false;
  const counts = { posts: 0, retried: 0 };
  const ready: Attempt[] = [];
  const pausing = new Map<Attempt, () => void>();
  const sleepers: (() => void)[] = [];

  const wakeAll = () => {
    for (const wake of sleepers.splice(0)) wake();
  };
  const wait = (milliseconds: number) =>
    new Promise<void>((resolve) => timers.after(milliseconds, resolve));

  async function readPage(): Promise<void> {
    reading = true;
    const arrived = await pages.arrive();
    // A page that comes too late stays with the reader, who knows where to go on.
    if (over) return;
    if (arrived) [page, next] = [pages.take(), 0];
    else exhausted = true;
    reading = false;
    wakeAll();
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
      if (over) return undefined;
      const attempt = takeNow();
      if (attempt !== undefined) return attempt;
      const isRead = next >= page.length;
      // What is in flight is retried by its own lane: nobody has to wait for it.
      if (isRead && exhausted && pausing.size === 0) return undefined;
      if (isRead && !exhausted && !reading) void readPage();
      await new Promise<void>((wake) => sleepers.push(wake));
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
    const isThrottled = outcome === 'throttled';
    // Once: that a connection is throttled again says nothing about the others.
    if (attempt.made === 1) pace.answered(attempt.connection.userId, isThrottled);
    if (!isThrottled && outcome !== 'failed') {
      listener.settle(attempt.connection, outcome);
      return;
    }
    const isStuck = isThrottled && !pace.isSlowed();
    if (attempt.made < (isStuck ? maxStuckAttempts : maxAttempts)) pause(attempt);
    else listener.settle(attempt.connection, isStuck ? 'stuck' : 'left');
  }

  async function isExtended(attempt: Attempt): Promise<boolean> {
    const extended = await listener.onExpired(attempt.connection);
    attempt.connection = extended ?? attempt.connection;
    return extended !== undefined;
  }

  async function lane(): Promise<void> {
    for (;;) {
      const attempt = takeNow() ?? (await take());
      if (attempt === undefined) break;
      const early = pace.reserve();
      if (early >= 1) await wait(Math.min(early, Math.max(0, deadline - now())));
      const time = now();
      over ||= time >= deadline;
      if (over) {
        ready.push(attempt);
        break;
      }
      if (isExpired(attempt.connection, time) && !(await isExtended(attempt))) continue;
      counts.posts += 1;
      if (attempt.made > 0) counts.retried += 1;
      judge(attempt, await poster.post(attempt.connection.connectionId, frame));
    }
    // Whoever still sleeps may be waiting for what cannot come any more.
    wakeAll();
  }

  const stopWaiting = timers.after(deadline - now(), () => {
    over = true;
    wakeAll();
  });
  await Promise.all(Array.from({ length: concurrency }, lane));
  over = true;
  stopWaiting();
  for (const cancel of pausing.values()) cancel();
  const left = [...ready, ...pausing.keys()].map(({ connection }) => connection);
  for (const connection of [...left, ...page.slice(next)]) listener.settle(connection, 'left');
  return counts;
}
