// Texts to a stream of connections: bounded in flight, paced, retried, and done by a deadline.
import { isExpired } from '../connections/connection';
import type { Connection, PostResult } from '../connections/ports';
import { createGate, createYieldingGate, type Gate } from './gate';
import type { Attempt, PostCounts, Posting, PostingOptions } from './posting';
import { StragglerWatch } from './straggler-watch';
import { WorkList } from './work-list';
import { Workers } from './workers';

/** Posts to every connection of `pages` its texts, one after the other. Never rejects. */
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

/** What the workers of one call share. */
class PostingRun {
  readonly list: WorkList;
  private readonly workers: Workers;
  private readonly stragglers: StragglerWatch;
  private readonly passGate: Gate;
  /** Whether anybody wants to know more of a post than what became of it. */
  private readonly isObserved: boolean;
  private readonly startedAt: number;
  private readonly counts = { posts: 0, retried: 0 };
  private readonly answered = { posts: 0, milliseconds: 0 };

  constructor(
    private readonly posting: Posting,
    private readonly options: PostingOptions,
  ) {
    const { pages, textsFor, deadline, listener } = posting;
    const { inFlight, timers, yields = false } = options;
    this.passGate = (yields ? createYieldingGate : createGate)(options, deadline);
    this.workers = new Workers(options.concurrency, inFlight);
    this.list = new WorkList(pages, textsFor, this.workers, options);
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

  /** Takes what is to be posted next, waits for its turn, posts it, and judges the result, until nothing is left. */
  async work(worker: number): Promise<void> {
    const { list, workers, counts, isObserved, passGate } = this;
    const { listener, deadline } = this.posting;
    const { now, poster } = this.options;
    let attempt: Attempt | undefined;
    for (;;) {
      if (workers.areTooMany()) {
        // Somebody else goes on with the attempt.
        if (attempt !== undefined) list.putBack(attempt);
        attempt = undefined;
        await workers.park();
        continue;
      }
      attempt ??= list.takeNow() ?? (await list.take());
      if (attempt === undefined) break;
      const { texts, delivered } = attempt;
      if (texts.length === 0 && !isExpired(attempt.connection, now())) {
        listener.settle(attempt.connection, 'skipped', 0);
        attempt = undefined;
        continue;
      }
      const waiting = passGate();
      if (waiting !== undefined) await waiting;
      const time = now();
      if (time >= deadline) list.end();
      if (list.hasEnded()) {
        list.putBack(attempt);
        break;
      }
      if (isExpired(attempt.connection, time) && !(await this.isRefreshed(attempt))) {
        attempt = undefined;
        continue;
      }
      const text = texts[delivered];
      // It was to have nothing, and has been refreshed.
      if (text === undefined) continue;
      counts.posts += 1;
      if (attempt.made > 0) counts.retried += 1;
      if (isObserved) this.stragglers.begin(worker, attempt);
      const result = await poster.post(attempt.connection.connectionId, text);
      if (isObserved) this.observe(worker, result, time);
      attempt = this.judge(attempt, result);
    }
    workers.leave();
    this.stragglers.lookLater();
  }

  /** Settles what was not begun, or not ended. */
  finish(): PostCounts {
    const { listener, textsFor } = this.posting;
    this.list.end();
    this.stragglers.stop();
    for (const { connection, delivered } of this.list.takePending()) {
      listener.settle(connection, 'left', delivered);
    }
    for (const connection of this.list.takeRest()) {
      listener.settle(connection, textsFor(connection).length === 0 ? 'skipped' : 'left', 0);
    }
    return { ...this.counts, answered: this.answered };
  }

  private async isRefreshed(attempt: Attempt): Promise<boolean> {
    const refreshed = await this.posting.listener.onExpired(attempt.connection);
    attempt.connection = refreshed ?? attempt.connection;
    return refreshed !== undefined;
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
    // Once: that a connection is throttled again says nothing about the others.
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
