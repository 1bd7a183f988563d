// The ports of core, answered in memory.
import { isExpired } from '../../lambdas/core/connection';
import type {
  CensusStore,
  Closer,
  Connection,
  ConnectionKey,
  ConnectionStore,
  Delivery,
  DeliveryJob,
  DeliveryQueue,
  Log,
  PageOptions,
  Poster,
  ShardCensus,
  Timers,
} from '../../lambdas/core/ports';
import { shardOf } from '../../lambdas/core/shard';

/** A clock that stands still until it is moved, with timers that fire when it is. */
export class FakeClock implements Timers {
  private readonly timers = new Set<{ readonly at: number; readonly task: () => void }>();

  constructor(public milliseconds = Date.UTC(2026, 1, 5, 12)) {}

  readonly now = () => this.milliseconds;

  advance(milliseconds: number): void {
    this.milliseconds += milliseconds;
  }

  after(milliseconds: number, task: () => void): () => void {
    const timer = { at: this.milliseconds + Math.max(0, milliseconds), task };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** Jumps from timer to timer until `work` is done; whatever else there is to do comes first. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { done: false };
    const watched = work.finally(() => (state.done = true));
    watched.catch(() => undefined);
    for (;;) {
      for (let turn = 0; turn < 150 && !state.done; turn += 1)
        await new Promise((next) => setImmediate(next));
      if (state.done) return watched;
      const [next] = [...this.timers].sort((a, b) => a.at - b.at);
      if (next === undefined) continue;
      this.timers.delete(next);
      this.milliseconds = Math.max(this.milliseconds, next.at);
      next.task();
    }
  }
}

export class MemoryConnectionStore implements ConnectionStore {
  readonly records = new Map<string, Connection>();
  /** Shards whose reading fails. */
  readonly unreadable = new Set<number>();

  constructor(private readonly pageSize = 3) {}

  async save(connection: Connection): Promise<void> {
    this.records.set(connection.connectionId, connection);
    return Promise.resolve();
  }

  async remove({ connectionId }: { connectionId: string }): Promise<void> {
    this.records.delete(connectionId);
    return Promise.resolve();
  }

  async removeAll(keys: readonly { connectionId: string }[]): Promise<void> {
    for (const key of keys) await this.remove(key);
  }

  async ofUser(userId: string): Promise<readonly Connection[]> {
    return Promise.resolve([...this.records.values()].filter((one) => one.userId === userId));
  }

  async *pages(shard: number, { after }: PageOptions = {}): AsyncGenerator<readonly Connection[]> {
    const keyOf = ({ userId, connectionId }: ConnectionKey) => `${userId}#${connectionId}`;
    const all = [...this.records.values()]
      .filter((one) => shardOf(one.userId) === shard)
      .filter((one) => after === undefined || keyOf(one) > keyOf(after))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    for (let start = 0; start < all.length; start += this.pageSize) {
      yield all.slice(start, start + this.pageSize);
    }
    await Promise.resolve();
    if (this.unreadable.has(shard)) throw new Error('the store is down');
  }

  /** Adds connections as they come, connected `ageMilliseconds` ago. */
  seed(now: number, userIds: readonly string[], ageMilliseconds = 60_000): Connection[] {
    return userIds.map((userId) => {
      const connection = {
        userId,
        connectionId: `connection-${this.records.size + 1}=`,
        connectedAt: now - ageMilliseconds,
        expiresAt: now + 3_600_000,
      };
      this.records.set(connection.connectionId, connection);
      return connection;
    });
  }

  live(now: number): Connection[] {
    return [...this.records.values()].filter((one) => !isExpired(one, now));
  }
}

export class MemoryCensusStore implements CensusStore {
  readonly shards = new Map<number, ShardCensus>();

  async write(census: ShardCensus): Promise<void> {
    this.shards.set(census.shard, census);
    return Promise.resolve();
  }

  async read(): Promise<readonly ShardCensus[]> {
    return Promise.resolve([...this.shards.values()]);
  }
}

export class MemoryDeliveryQueue implements DeliveryQueue {
  jobs: DeliveryJob[] = [];

  async send(jobs: readonly DeliveryJob[]): Promise<void> {
    this.jobs.push(...jobs);
    return Promise.resolve();
  }
}

/** Remembers what was posted and closed; answers `delivered` unless told otherwise. */
export class FakeGateway implements Poster, Closer {
  readonly posts: { connectionId: string; frame: unknown }[] = [];
  readonly closed: string[] = [];
  readonly answers = new Map<string, Delivery>();
  /** Decides when `answers` does not know the connection. */
  answer: (connectionId: string) => Delivery = () => 'delivered';
  mostInFlight = 0;
  private inFlight = 0;

  async post(connectionId: string, frame: string): Promise<Delivery> {
    this.mostInFlight = Math.max(this.mostInFlight, (this.inFlight += 1));
    await new Promise((resolve) => setImmediate(resolve));
    this.inFlight -= 1;
    this.posts.push({ connectionId, frame: JSON.parse(frame) as unknown });
    return this.answers.get(connectionId) ?? this.answer(connectionId);
  }

  async close(connectionId: string): Promise<'closed' | 'gone'> {
    const answer = this.answers.get(connectionId) ?? this.answer(connectionId);
    if (answer === 'gone') return Promise.resolve('gone');
    this.closed.push(connectionId);
    return Promise.resolve('closed');
  }
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that keeps its lines. */
export class RecordingLog implements Log {
  readonly lines: LogLine[] = [];

  private readonly add =
    (level: LogLine['level']) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      this.lines.push({ level, message, fields });
    };

  readonly info = this.add('info');
  readonly warn = this.add('warn');
  readonly error = this.add('error');
}
