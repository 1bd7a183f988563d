// Texts to a stream of connections: bounded in flight, paced, retried, and done by a deadline.
import { isExpired } from '../connections/connection';
import { createGate, createYieldingGate } from './gate';
import type { InFlightLimit } from './in-flight-limit';
import type { Pace } from './pace';
import type { Clock, Timers } from '../clock';
import type { Connection, Poster } from '../connections/ports';

/** Connections, page by page. What was not taken has not been handed out. */
export interface Pages {
  /** Whether there is one more page to take, as soon as it is there. Never rejects. */
  arrive(): Promise<boolean>;
  /** The page that has arrived. */
  take(): readonly Connection[];
  /** When it is over: connections that nobody will read again, although they were not taken. */
  rest(): readonly Connection[];
}

/** Connections that are known already. */
export function onePage(connections: readonly Connection[]): Pages {
  const pages = [connections];
  return {
    arrive: () => Promise.resolve(pages.length > 0),
    take: () => pages.pop() ?? [],
    rest: () => pages.pop() ?? [],
  };
}

/**
 * What a connection is sent, in this order; nothing is posted if the list is empty. Connections that get the same share
 * one list.
 */
export type TextsFor = (connection: Connection) => readonly string[];

/**
 * How it ended for one connection. `delivered`: it has all of its texts; `skipped`: it was to have none. `left` is to be tried again by somebody else, and so is `stuck`: it was throttled
 * while the account was not, as its client does not read.
 */
export type Outcome = 'delivered' | 'skipped' | 'gone' | 'rejected' | 'left' | 'stuck';

export interface PostingListener {
  /**
   * Told how it ended for each connection that was taken, but for those that have expired.
   * @param delivered how many of its texts it has
   */
  settle(connection: Connection, outcome: Outcome, delivered: number): void;
  /**
   * Told of a connection that has expired when its turn comes. Never rejects.
   * @returns the connection as it is now if it has been extended: then it is posted to; else it is not
   */
  onExpired(connection: Connection): Promise<Connection | undefined>;
  /**
   * If given, nobody waits for stragglers: a few connections whose posts were begun long ago, when all others have been
   * answered. It is told of them, once, and nothing more is posted: they are settled when their posts have ended.
   */
  onStragglers?(stragglers: readonly Connection[], answered: Answered): void;
}

/** Posts that were answered, however, and the time from the beginning until the last of them was. */
export interface Answered {
  readonly posts: number;
  readonly milliseconds: number;
}

export interface PostingOptions {
  readonly poster: Poster;
  readonly pace: Pace;
  readonly now: Clock;
  readonly timers: Timers;
  /** From 0 to below 1, as Math.random. */
  readonly random: () => number;
  /** Posts in flight at the most. */
  readonly concurrency: number;
  /** Posts of one text to one connection at the most. */
  readonly maxAttempts: number;
  /** The same for a connection that is throttled while the account is not: nobody waits for it for long. */
  readonly maxStuckAttempts: number;
  /** The same for a connection whose posts fail: nobody waits for it for long. Default: `maxAttempts`. */
  readonly maxFailedAttempts?: number;
  /** Bounds the posts in flight further, as the measured latency says. Default: it does not. */
  readonly inFlight?: InFlightLimit;
  /** Whether others that share the pace come first. Default: no. */
  readonly yields?: boolean;
}

export interface PostCounts {
  readonly posts: number;
  /** Those of them that were not the first of their text to their connection. */
  readonly retried: number;
  /** Without those that failed; if stragglers are looked for. */
  readonly answered: Answered;
}

/** Connections that may wait for another attempt; beyond it no new ones are begun. */
const maxPausing = 2_000;

/** The pause before an attempt: anything up to a bound that doubles each time ("full jitter"). */
const basePauseMilliseconds = 200;
const longestPauseMilliseconds = 5_000;

/** Looks, and milliseconds from one to the next, at which a post must be in flight to be a straggler's. */
const looksAtStraggler = 10;
const lookMilliseconds = 50;

/** Of all connections, those that may be stragglers at the most; more are waited for, as it is not theirs alone. */
const shareOfStragglers = 0.1;

interface Attempt {
  connection: Connection;
  readonly texts: readonly string[];
  /** How many of the texts it has. */
  delivered: number;
  /** Posts of the next text. */
  made: number;
}

/**
 * Posts to every connection of `pages` its texts, one after the other. Never rejects.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 */
export async function postToAll(
  textsFor: TextsFor,
  pages: Pages,
  deadline: number,
  listener: PostingListener,
  options: PostingOptions,
): Promise<PostCounts> {
  const { poster, pace, now, timers, random, concurrency } = options;
  const { maxAttempts, maxStuckAttempts, inFlight, yields = false } = options;
  const { maxFailedAttempts = maxAttempts } = options;
  const passGate = (yields ? createYieldingGate : createGate)(options, deadline);
  let page: readonly Connection[] = [];
  let next = 0;
  let reading = false;
  let exhausted = false;
  let over = false;
  let met = 0;
  const counts = { posts: 0, retried: 0 };
  const startedAt = now();
  const answered = { posts: 0, milliseconds: 0 };
  /** What is in flight, and how many looks there had been when it began. */
  const inFlightSince = new Map<Attempt, number>();
  let looks = 0;
  let stopLooking: (() => void) | undefined;
  const ready: Attempt[] = [];
  const pausing = new Map<Attempt, () => void>();
  const sleepers: (() => void)[] = [];
  /** Workers that the limit of posts in flight has no room for, and how many there are besides. */
  const parked: (() => void)[] = [];
  let running = concurrency;

  const wakeAll = () => {
    for (const wake of [...sleepers.splice(0), ...parked.splice(0)]) wake();
  };

  async function readPage(): Promise<void> {
    reading = true;
    const arrived = await pages.arrive();
    // A page that comes too late stays with the reader, who knows where to go on.
    if (over) return;
    if (arrived) {
      [page, next] = [pages.take(), 0];
      met += page.length;
    } else exhausted = true;
    reading = false;
    wakeAll();
  }

  /** What can be begun without waiting. */
  function takeNow(): Attempt | undefined {
    const again = ready.pop();
    if (again !== undefined) return again;
    if (next >= page.length || pausing.size >= maxPausing) return undefined;
    const connection = page[next++];
    return connection && { connection, texts: textsFor(connection), delivered: 0, made: 0 };
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
      // After the last one there is nothing to sleep for: who has nothing to do must not look as if it had.
      if (pausing.size === 0 && exhausted && next >= page.length) wakeAll();
      else sleepers.shift()?.();
    });
    pausing.set(attempt, cancel);
  }

  /** @returns the attempt itself if its next text can be posted at once */
  function judge(
    attempt: Attempt,
    outcome: Awaited<ReturnType<Poster['post']>>,
  ): Attempt | undefined {
    attempt.made += 1;
    const { connection, made, delivered } = attempt;
    const isThrottled = outcome === 'throttled';
    // Once: that a connection is throttled again says nothing about the others.
    if (made === 1 && delivered === 0) pace.answered(connection.userId, isThrottled);
    if (outcome === 'delivered') {
      attempt.delivered += 1;
      attempt.made = 0;
      if (attempt.delivered < attempt.texts.length) return attempt;
      listener.settle(connection, outcome, attempt.delivered);
      return undefined;
    }
    if (!isThrottled && outcome !== 'retryable') {
      listener.settle(connection, outcome, delivered);
      return undefined;
    }
    const isStuck = isThrottled && !pace.isSlowed();
    const attempts = isThrottled ? maxAttempts : maxFailedAttempts;
    if (made < (isStuck ? maxStuckAttempts : attempts)) pause(attempt);
    else listener.settle(connection, isStuck ? 'stuck' : 'left', delivered);
    return undefined;
  }

  async function isRefreshed(attempt: Attempt): Promise<boolean> {
    const refreshed = await listener.onExpired(attempt.connection);
    attempt.connection = refreshed ?? attempt.connection;
    return refreshed !== undefined;
  }

  /**
   * Looks for stragglers when there is nothing left to begin. Counts looks and not milliseconds: a machine that stood still
   * has answers waiting that it has not read.
   */
  function lookLater(): void {
    if (listener.onStragglers === undefined || stopLooking !== undefined || over) return;
    stopLooking = timers.after(lookMilliseconds, () => {
      stopLooking = undefined;
      looks += 1;
      if (areStragglers()) {
        over = true;
        const stragglers = [...inFlightSince.keys()].map(({ connection }) => connection);
        listener.onStragglers?.(stragglers, { ...answered });
        wakeAll();
      } else lookLater();
    });
  }

  /** Whether there are a few, and nothing else is left to do. */
  function areStragglers(): boolean {
    const isRead = exhausted && next >= page.length;
    const { size } = inFlightSince;
    // Any other worker that is awake has something to post, and waits for the pace.
    const isTail = isRead && ready.length === 0 && pausing.size === 0 && running === size;
    if (!isTail || size === 0 || size > Math.ceil(met * shareOfStragglers)) return false;
    return [...inFlightSince.values()].every((since) => looks - since >= looksAtStraggler);
  }

  /** Waits while there are more workers than posts may be in flight; then somebody else goes on with the attempt. */
  async function park(attempt: Attempt | undefined): Promise<void> {
    if (attempt !== undefined) ready.push(attempt);
    // Also without one: this may have been the last that was awake, and whoever sleeps must find out that all is done.
    sleepers.shift()?.();
    running -= 1;
    await new Promise<void>((wake) => parked.push(wake));
    running += 1;
  }

  /** Whether anybody wants to know more of a post than what became of it. */
  const isObserved = inFlight !== undefined || listener.onStragglers !== undefined;

  async function post(attempt: Attempt, text: string, begunAt: number) {
    inFlightSince.set(attempt, looks);
    const outcome = await poster.post(attempt.connection.connectionId, text);
    inFlightSince.delete(attempt);
    const endedAt = now();
    if (outcome !== 'retryable') {
      answered.posts += 1;
      answered.milliseconds = endedAt - startedAt;
    }
    inFlight?.note(endedAt - begunAt, begunAt, endedAt);
    if (inFlight !== undefined && running < inFlight.limit()) parked.shift()?.();
    return outcome;
  }

  async function work(): Promise<void> {
    let attempt: Attempt | undefined;
    for (;;) {
      if (inFlight !== undefined && running > inFlight.limit()) {
        await park(attempt);
        attempt = undefined;
        continue;
      }
      attempt ??= takeNow() ?? (await take());
      if (attempt === undefined) break;
      const { connection, texts, delivered } = attempt;
      if (texts.length === 0 && !isExpired(connection, now())) {
        listener.settle(connection, 'skipped', 0);
        attempt = undefined;
        continue;
      }
      const waiting = passGate();
      if (waiting !== undefined) await waiting;
      const time = now();
      over ||= time >= deadline;
      if (over) {
        ready.push(attempt);
        break;
      }
      if (isExpired(connection, time) && !(await isRefreshed(attempt))) {
        attempt = undefined;
        continue;
      }
      const text = texts[delivered];
      // One that was extended.
      if (text === undefined) continue;
      counts.posts += 1;
      if (attempt.made > 0) counts.retried += 1;
      attempt = judge(
        attempt,
        await (isObserved
          ? post(attempt, text, time)
          : poster.post(attempt.connection.connectionId, text)),
      );
    }
    running -= 1;
    // Whoever still sleeps may be waiting for what cannot come any more.
    wakeAll();
    lookLater();
  }

  const stopWaiting = timers.after(deadline - now(), () => {
    over = true;
    wakeAll();
  });
  await Promise.all(Array.from({ length: concurrency }, work));
  over = true;
  stopWaiting();
  stopLooking?.();
  for (const cancel of pausing.values()) cancel();
  for (const { connection, delivered } of [...ready, ...pausing.keys()]) {
    listener.settle(connection, 'left', delivered);
  }
  for (const connection of [...page.slice(next), ...pages.rest()]) {
    listener.settle(connection, textsFor(connection).length === 0 ? 'skipped' : 'left', 0);
  }
  return { ...counts, answered };
}
