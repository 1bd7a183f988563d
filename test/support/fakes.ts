// The ports of core, answered in memory.
import { isExpired } from '../../lambdas/core/connection';
import type {
  CensusStore,
  Closer,
  Connection,
  ConnectionStore,
  Delivery,
  Log,
  Poster,
  ShardCensus,
} from '../../lambdas/core/ports';
import { shardOf } from '../../lambdas/core/shard';

/** A clock that stands still until it is moved. */
export class FakeClock {
  constructor(public milliseconds = Date.UTC(2026, 1, 5, 12)) {}
  readonly now = () => this.milliseconds;
  advance(milliseconds: number): void {
    this.milliseconds += milliseconds;
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

  async ofUser(userId: string): Promise<readonly Connection[]> {
    return Promise.resolve([...this.records.values()].filter((one) => one.userId === userId));
  }

  async *pages(shard: number): AsyncGenerator<readonly Connection[]> {
    const all = [...this.records.values()]
      .filter((one) => shardOf(one.userId) === shard)
      .sort((a, b) => (a.userId < b.userId ? -1 : a.userId > b.userId ? 1 : 0));
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

/** Remembers what was posted and closed; answers `delivered` unless told otherwise. */
export class FakeGateway implements Poster, Closer {
  readonly posts: { connectionId: string; frame: unknown }[] = [];
  readonly closed: string[] = [];
  readonly answers = new Map<string, Delivery>();
  mostInFlight = 0;
  private inFlight = 0;

  async post(connectionId: string, frame: string): Promise<Delivery> {
    this.mostInFlight = Math.max(this.mostInFlight, (this.inFlight += 1));
    await new Promise((resolve) => setImmediate(resolve));
    this.inFlight -= 1;
    this.posts.push({ connectionId, frame: JSON.parse(frame) as unknown });
    return this.answers.get(connectionId) ?? 'delivered';
  }

  async close(connectionId: string): Promise<void> {
    this.closed.push(connectionId);
    return Promise.resolve();
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
