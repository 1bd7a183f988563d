// Posts texts to many connections: with limited concurrency, at a pace, with retries, until a deadline.
import { isExpired } from '../connections/connection';
import type { Connection, PostResult } from '../connections/ports';
import { createGate, createYieldingGate, type Gate } from './gate';
import type { Attempt, PostCounts, Posting, PostingOptions } from './posting';
import { StragglerWatch } from './straggler-watch';
import { WorkList } from './work-list';
import { Workers } from './workers';

/** Posts the texts to every connection of `pages`, one text after the other to each connection. Never rejects. */
export async function postToAll(posting: Posting, options: PostingOptions): Promise<PostCounts> {
  const { concurrency, timers, now } = options;
  const run = new PostingRun(posting, options);
  const stopWaiting = timers.after(posting.deadline - now(), () => {
    run.list.end();
  });
  await Promise.all(Array.from({ length: concurrency }, (_, worker) => run.work(worker)));
  stopWaiting();
  return run.finish();
}

/** The state that the workers of one call share. */
class PostingRun {
  readonly list: WorkList;
  private readonly workers: Workers;
  private readonly stragglers: StragglerWatch;
  private readonly passGate: Gate;
  /** Whether latencies and posts in flight are tracked. */
  private readonly isObserved: boolean;
  private readonly startedAt: number;
  private readonly counts = { posts: 0, retried: 0 };
  private readonly answered = { posts: 0, milliseconds: 0 };

  constructor(
    private readonly posting: Posting,
    private readonly options: PostingOptions,
  ) {
    const { deadline, listener } = posting;
    const { inFlight, timers, yields = false } = options;
    this.passGate = (yields ? createYieldingGate : createGate)(options, deadline);
    this.workers = new Workers(options.concurrency, inFlight);
    this.list = new WorkList(posting, (page) => this.takeDue(page), this.workers, options);
    const onFound =
      listener.onStragglers &&
      ((stragglers: readonly Connection[]) => {
        this.list.end();
        listener.onStragglers?.(stragglers, { ...this.answered });
      });
    this.stragglers = new StragglerWatch(this.list, this.workers, timers, onFound);
    this.isObserved = inFlight !== undefined || onFound !== undefined;
    this.startedAt = options.now();
  }

  /** Repeats until nothing is left: takes an attempt, waits for the gate, posts a text, and evaluates the result. */
  async work(worker: number): Promise<void> {
    const { list, workers, counts, isObserved, passGate } = this;
    const { deadline } = this.posting;
    const { now, poster } = this.options;
    let attempt: Attempt | undefined;
    for (;;) {
      if (workers.areTooMany()) {
        // Another worker continues the attempt.
        if (attempt !== undefined) list.putBack(attempt);
        attempt = undefined;
        await workers.park();
        continue;
      }
      attempt ??= list.takeNow() ?? (await list.take());
      if (attempt === undefined) break;
      const waiting = passGate();
      if (waiting !== undefined) await waiting;
      const time = now();
      if (time >= deadline) list.end();
      if (list.hasEnded()) {
        list.putBack(attempt);
        break;
      }
      if (isExpired(attempt.connection, time) && !(await this.isDueAgain(attempt))) {
        attempt = undefined;
        continue;
      }
      const text = attempt.texts[attempt.delivered] ?? '';
      counts.posts += 1;
      if (attempt.made > 0) counts.retried += 1;
      if (isObserved) this.stragglers.begin(worker, attempt);
      const result = await poster.post(attempt.connection.connectionId, text);
      if (isObserved) this.observe(worker, result, time);
      attempt = this.judge(attempt, result);
    }
    workers.leave();
    this.stragglers.checkLater();
  }

  /** Settles the connections that were not begun, or not completed, as `left`. */
  finish(): PostCounts {
    const { listener } = this.posting;
    this.list.end();
    this.stragglers.stop();
    for (const { connection, delivered } of this.list.takePending()) {
      listener.settle(connection, 'left', delivered);
    }
    for (const connection of this.list.takeRest()) {
      listener.settle(connection, 'left', 0);
    }
    return { ...this.counts, answered: this.answered };
  }

  /**
   * Settles the connections of a page to which nothing is posted, and returns the others. Expired ones wait for their turn,
   * because each takes a request.
   */
  private takeDue(page: readonly Connection[]): readonly Connection[] {
    const { listener } = this.posting;
    const now = this.options.now();
    return page.filter((connection) => {
      const outcome = isExpired(connection, now) ? undefined : this.outcomeWithoutPost(connection);
      if (outcome !== undefined) listener.settle(connection, outcome, 0);
      return outcome === undefined;
    });
  }

  /** Why nothing is posted to a connection; undefined if something is. */
  private outcomeWithoutPost(connection: Connection): 'skipped' | 'filtered' | undefined {
    const { isSkipped, textsFor } = this.posting;
    if (textsFor(connection).length === 0) return 'filtered';
    return isSkipped?.(connection) === true ? 'skipped' : undefined;
  }

  /** Whether the token of an expired connection has been refreshed, and there is something to post to it. */
  private async isDueAgain(attempt: Attempt): Promise<boolean> {
    const { listener, textsFor } = this.posting;
    const refreshed = await listener.onExpired(attempt.connection);
    if (refreshed === undefined) return false;
    attempt.connection = refreshed;
    const texts = textsFor(refreshed);
    if (texts === attempt.texts) return true;
    // The newer token, or a subscription, has changed what it may see: its posts begin again, because they are others now.
    Object.assign(attempt, { texts, delivered: 0, made: 0 });
    if (texts.length > 0) return true;
    listener.settle(refreshed, 'filtered', 0);
    return false;
  }

  private observe(worker: number, result: PostResult, begunAt: number): void {
    const { inFlight, now } = this.options;
    this.stragglers.end(worker);
    const endedAt = now();
    if (result !== 'retryable') {
      this.answered.posts += 1;
      this.answered.milliseconds = endedAt - this.startedAt;
    }
    inFlight?.note(endedAt - begunAt, begunAt, endedAt);
    this.workers.unpark();
  }

  /** @returns the attempt itself if its next text can be posted at once */
  private judge(attempt: Attempt, result: PostResult): Attempt | undefined {
    const { listener } = this.posting;
    const { pace, maxAttempts, maxStuckAttempts, maxFailedAttempts = maxAttempts } = this.options;
    attempt.made += 1;
    const { connection, made, delivered } = attempt;
    const isThrottled = result === 'throttled';
    // Only the first post counts: if one connection is throttled repeatedly, that does not indicate a throttled account.
    if (made === 1 && delivered === 0) pace.answered(connection.userId, isThrottled);
    if (result === 'delivered') {
      attempt.delivered += 1;
      attempt.made = 0;
      if (attempt.delivered < attempt.texts.length) return attempt;
      listener.settle(connection, result, attempt.delivered);
      return undefined;
    }
    if (!isThrottled && result !== 'retryable') {
      listener.settle(connection, result, delivered);
      return undefined;
    }
    const isStuck = isThrottled && !pace.isSlowed();
    const attempts = isThrottled ? maxAttempts : maxFailedAttempts;
    if (made < (isStuck ? maxStuckAttempts : attempts)) this.list.pause(attempt);
    else listener.settle(connection, isStuck ? 'stuck' : 'left', delivered);
    return undefined;
  }
}
