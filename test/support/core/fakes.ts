// In-memory implementations of the ports of core.
import { isExpired } from '#core/connections/connection';
import type {
  ConnectionCountStore,
  Closer,
  Connection,
  ConnectionKey,
  ConnectionStore,
  DisconnectMarker,
  PageOptions,
  RateLimit,
  RateLimitStore,
  ShardCount,
  UserRecords,
  PostResult,
  Inspector,
  Poster,
} from '#core/connections/ports';
import { withParts, type ViewParts } from '#core/connections/view';
import type { RetryJob, RetryQueue, RecentFanOut, RecentFanOutStore } from '#core/fan-out/ports';
import type {
  HeartbeatPlan,
  HeartbeatStore,
  StateStore,
  StorageTimes,
  StoredEvent,
} from '#core/broadcasting/ports';
import type { Log } from '#core/log';
import type { SyncMarkers } from '#core/requests/ports';
import { positionOf, type Place } from '#core/timeline/position';
import type { SessionIds, TimelinePage, TimelineQuery, TimelineStore } from '#core/timeline/ports';
import type { Timers } from '#core/clock';
import { shardOf } from '#core/shard';
import {
  isNewer,
  registerOf,
  versionOfEvent,
  type EventMessage,
  type SessionActivity,
} from '#sdk/protocol';

/** A clock that only advances when a test advances it, with timers. */
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

  /**
   * Runs `work`, and advances the time to the next timer whenever nothing else is left to run.
   * @param isWaiting whether `work` waits for something real, e.g. the answer to a request: no time passes meanwhile
   */
  async run<T>(work: Promise<T>, isWaiting = () => false): Promise<T> {
    const state = { done: false };
    const watched = work.finally(() => (state.done = true));
    watched.catch(() => undefined);
    for (;;) {
      for (let turn = 0; turn < 150 && !state.done; turn = isWaiting() ? 0 : turn + 1)
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
  readonly markers = new Map<string, DisconnectMarker>();
  /** Shards that cannot be read. */
  readonly unreadable = new Set<number>();

  private readonly shardsOfUsers = new Map<string, number>();
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

  async find({ connectionId }: { connectionId: string }): Promise<Connection | undefined> {
    return Promise.resolve(this.records.get(connectionId));
  }

  async findAll(keys: readonly { connectionId: string }[]): Promise<readonly Connection[]> {
    const ids = new Set(keys.map(({ connectionId }) => connectionId));
    return Promise.resolve([...ids].flatMap((id) => this.records.get(id) ?? []));
  }

  async changeView(
    key: ConnectionKey,
    parts: ViewParts,
    expiresAt?: number,
  ): Promise<Connection | undefined> {
    const before = this.records.get(key.connectionId);
    if (before !== undefined) {
      const { view, ...others } = before;
      const changed = withParts(view, parts);
      this.records.set(key.connectionId, {
        ...others,
        ...(expiresAt !== undefined && { expiresAt }),
        ...(changed && { view: changed }),
      });
    }
    return Promise.resolve(before);
  }

  async refresh(
    { connectionId, view }: ConnectionKey & Pick<Connection, 'view'>,
    expiresAt: number,
  ): Promise<boolean> {
    const record = this.records.get(connectionId);
    const isDue =
      record !== undefined && record.expiresAt < expiresAt && record.view?.scope === view?.scope;
    if (isDue) this.records.set(connectionId, { ...record, expiresAt });
    return Promise.resolve(isDue);
  }

  async ofUser(userId: string): Promise<UserRecords> {
    const connections = [...this.records.values()].filter((one) => one.userId === userId);
    const marker = this.markers.get(userId);
    return Promise.resolve({ connections, ...(marker === undefined ? {} : { marker }) });
  }

  async markDisconnected(userId: string, marker: DisconnectMarker): Promise<void> {
    const { disconnectedAt = -Infinity } = this.markers.get(userId) ?? {};
    if (disconnectedAt < marker.disconnectedAt) this.markers.set(userId, marker);
    return Promise.resolve();
  }

  async markerOf(userId: string): Promise<DisconnectMarker | undefined> {
    return Promise.resolve(this.markers.get(userId));
  }

  async *pages(shard: number, { after }: PageOptions = {}): AsyncGenerator<readonly Connection[]> {
    const keyOf = ({ userId, connectionId }: ConnectionKey) => `${userId}#${connectionId}`;
    const all = [...this.records.values()]
      .filter((one) => this.shardOf(one.userId) === shard)
      .filter((one) => after === undefined || keyOf(one) > keyOf(after))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    for (let start = 0; start < all.length; start += this.pageSize) {
      yield all.slice(start, start + this.pageSize);
    }
    await Promise.resolve();
    if (this.unreadable.has(shard)) throw new Error('the store is down');
  }

  /** Cached for each user, because simulations list the same connections thousands of times. */
  private shardOf(userId: string): number {
    const known = this.shardsOfUsers.get(userId) ?? shardOf(userId);
    this.shardsOfUsers.set(userId, known);
    return known;
  }

  /** Adds a connection for each user id, connected `ageMilliseconds` ago. */
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

export class MemoryConnectionCountStore implements ConnectionCountStore {
  readonly shards = new Map<number, ShardCount>();

  async write(connectionCounts: ShardCount): Promise<void> {
    this.shards.set(connectionCounts.shard, connectionCounts);
    return Promise.resolve();
  }

  async read(): Promise<readonly ShardCount[]> {
    return Promise.resolve([...this.shards.values()]);
  }
}

export class MemoryHeartbeatStore implements HeartbeatStore {
  noted: HeartbeatPlan | undefined;
  takenAt = -Infinity;

  async plan(): Promise<HeartbeatPlan | undefined> {
    return Promise.resolve(this.noted);
  }

  async notePlan(plan: HeartbeatPlan): Promise<void> {
    this.noted = plan;
    return Promise.resolve();
  }

  async take(dueAt: number, latest: number): Promise<boolean> {
    const isNew = this.takenAt < dueAt || this.takenAt > latest;
    if (isNew) this.takenAt = dueAt;
    return Promise.resolve(isNew);
  }
}

export class MemoryRecentFanOutStore implements RecentFanOutStore {
  readonly known = new Map<number | 'all', RecentFanOut>();
  writes = 0;

  async write(reached: RecentFanOut): Promise<void> {
    this.writes += 1;
    const key = reached.shard ?? 'all';
    const { startedAt = -Infinity } = this.known.get(key) ?? {};
    if (reached.startedAt > startedAt) this.known.set(key, reached);
    return Promise.resolve();
  }

  async read(): Promise<readonly RecentFanOut[]> {
    return Promise.resolve([...this.known.values()]);
  }
}

/** A register in memory. `since` and the time to live are as in the items of the table. */
export interface MemoryRegister extends StoredEvent {
  readonly expiresAt: number;
  readonly broadcast: 'pending' | 'done';
  /** The newest timestamp, if later events have prolonged the time to live of this one. */
  readonly prolongedAt?: number;
  readonly aliveUntil?: number;
  readonly aliveForSeconds?: number;
}

export class MemoryStateStore implements StateStore {
  readonly registers = new Map<string, MemoryRegister>();

  async put(event: EventMessage, times: StorageTimes): Promise<'stored' | 'prolonged' | 'stale'> {
    const known = this.registers.get(registerOf(event));
    const { updatedAt, aliveFrom = updatedAt, aliveForSeconds, mustStore = false } = times;
    const expiresAt = times.expiresAt + (aliveForSeconds ?? 0) * 1000;
    const alive = aliveForSeconds !== undefined && {
      aliveForSeconds,
      aliveUntil: aliveFrom + aliveForSeconds * 1000,
    };
    const { timestamp, value } = versionOfEvent(event);
    const held = known && { ...versionOfEvent(known.event), ...heldTimestamp(known) };
    if (known !== undefined && held !== undefined) {
      const isRecent = known.updatedAt > updatedAt - (times.expiresAt - updatedAt) / 2;
      const isDone = known.broadcast === 'done' && held.value === value;
      if (alive && !mustStore && isRecent && isDone && held.timestamp < timestamp) {
        const prolonged = { ...known, ...alive, expiresAt, prolongedAt: timestamp };
        this.registers.set(registerOf(event), prolonged);
        return Promise.resolve('prolonged');
      }
      if (!isNewer({ timestamp, value }, held)) {
        const isUnfinished =
          known.broadcast === 'pending' && JSON.stringify(known.event) === JSON.stringify(event);
        if (!isUnfinished) return Promise.resolve('stale');
      }
    }
    const register = { event, updatedAt, expiresAt, broadcast: 'pending', ...alive } as const;
    this.registers.set(registerOf(event), register);
    return Promise.resolve('stored');
  }

  async areSuperseded(events: readonly EventMessage[]): Promise<readonly boolean[]> {
    const areNewer = events.map((event) => {
      const held = this.registers.get(registerOf(event));
      return held !== undefined && isNewer(versionOfEvent(held.event), versionOfEvent(event));
    });
    return Promise.resolve(areNewer);
  }

  async completeBroadcast(event: EventMessage): Promise<void> {
    const known = this.registers.get(registerOf(event));
    if (known !== undefined && JSON.stringify(known.event) === JSON.stringify(event)) {
      this.registers.set(registerOf(event), { ...known, broadcast: 'done' });
    }
    return Promise.resolve();
  }

  async requireBroadcast(event: EventMessage): Promise<void> {
    const known = this.registers.get(registerOf(event));
    if (known !== undefined)
      this.registers.set(registerOf(event), { ...known, broadcast: 'pending' });
    return Promise.resolve();
  }

  async *pages(shard: number, since: number, now: number): AsyncGenerator<readonly StoredEvent[]> {
    const isThere = (agentId: string) => shardOf(agentId) === shard;
    yield await Promise.resolve(this.select(isThere, since, now));
  }

  async *pagesOfAgent(
    agentId: string,
    since: number,
    now: number,
  ): AsyncGenerator<readonly StoredEvent[]> {
    yield await Promise.resolve(this.select((one) => one === agentId, since, now));
  }

  private select(isSelected: (agentId: string) => boolean, since: number, now: number) {
    return [...this.registers.values()]
      .filter(({ event, updatedAt, expiresAt }) => {
        return isSelected(event.payload.agentId) && updatedAt > since && expiresAt > now;
      })
      .map(({ event, updatedAt }) => ({ event, updatedAt }));
  }
}

/** Reads as many events at once as are asked for, whatever their size. */
export class MemoryTimelineStore implements TimelineStore {
  readonly events = new Map<string, SessionActivity & { readonly expiresAt: number }>();

  async write(events: readonly SessionActivity[], expiresAt: number): Promise<void> {
    for (const event of events) {
      this.events.set(JSON.stringify(event), { ...event, expiresAt });
    }
    return Promise.resolve();
  }

  async page(
    { agentId, sessionId }: SessionIds,
    { before, limit, now }: TimelineQuery,
  ): Promise<TimelinePage> {
    const keyOf = ({ timestamp, hash = '' }: Place) =>
      `${String(timestamp).padStart(15, '0')}#${hash}`;
    const older = [...this.events.values()]
      .filter((one) => one.agentId === agentId && one.sessionId === sessionId)
      .filter((one) => one.expiresAt > now)
      .map(({ lastMessage, timestamp }) => ({ lastMessage, timestamp }))
      .map((event) => ({ event, key: keyOf(positionOf(event)) }))
      .filter(({ key }) => before === undefined || key < keyOf(before))
      .sort((one, other) => (one.key < other.key ? 1 : -1));
    const events = older.slice(0, limit).map(({ event }) => event);
    const last = events.at(-1);
    const isAll = older.length <= limit || last === undefined;
    return Promise.resolve({ events, ...(!isAll && { next: positionOf(last) }) });
  }
}

function heldTimestamp({ prolongedAt }: MemoryRegister): { readonly timestamp?: number } {
  return prolongedAt === undefined ? {} : { timestamp: prolongedAt };
}

/** Plain token buckets. */
export class MemoryRateLimitStore implements RateLimitStore {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  async take(
    userId: string,
    what: string,
    { perMinute, burst }: RateLimit,
    now: number,
  ): Promise<boolean> {
    const key = JSON.stringify([userId, what]);
    const { tokens, at } = this.buckets.get(key) ?? { tokens: burst, at: now };
    // Negative while the bucket is emptied until a later time.
    const filled = Math.min(burst, tokens + ((now - at) * perMinute) / 60_000);
    // The tolerance prevents a rounding error from refusing a token that is just available.
    const isThere = filled > 1 - 1e-9;
    this.buckets.set(key, { tokens: isThere ? filled - 1 : filled, at: now });
    return Promise.resolve(isThere);
  }

  async empty(
    userId: string,
    what: string,
    { perMinute, burst }: RateLimit,
    until: number,
  ): Promise<void> {
    const key = JSON.stringify([userId, what]);
    const { tokens, at } = this.buckets.get(key) ?? { tokens: burst, at: until };
    const then = Math.min(burst, tokens + ((until - at) * perMinute) / 60_000);
    if (then > 1) this.buckets.set(key, { tokens: 1, at: until });
    return Promise.resolve();
  }
}

export class MemorySyncMarkers implements SyncMarkers {
  private readonly untils = new Map<string, number>();

  async begin({ connectionId }: ConnectionKey, now: number, until: number): Promise<boolean> {
    const isFree = (this.untils.get(connectionId) ?? now) <= now;
    if (isFree) this.untils.set(connectionId, until);
    return Promise.resolve(isFree);
  }

  async end({ connectionId }: ConnectionKey, until: number): Promise<void> {
    if (this.untils.get(connectionId) === until) this.untils.delete(connectionId);
    return Promise.resolve();
  }
}

export class MemoryRetryQueue implements RetryQueue {
  jobs: RetryJob[] = [];

  async send(jobs: readonly RetryJob[]): Promise<void> {
    this.jobs.push(...jobs);
    return Promise.resolve();
  }
}

/** Records posts and closes; posts return `delivered` unless a test sets another result. */
export class FakeGateway implements Poster, Closer, Inspector {
  readonly posts: { connectionId: string; message: unknown }[] = [];
  readonly closed: string[] = [];
  readonly inspected: string[] = [];
  /** The throttle of the account: throttled requests have no effect. */
  isThrottling: () => boolean = () => false;
  readonly answers = new Map<string, PostResult>();
  /** The result for connections that are not in `answers`. */
  answer: (connectionId: string) => PostResult = () => 'delivered';
  mostInFlight = 0;
  private inFlight = 0;

  async post(connectionId: string, message: string): Promise<PostResult> {
    this.mostInFlight = Math.max(this.mostInFlight, (this.inFlight += 1));
    await new Promise((resolve) => setImmediate(resolve));
    this.inFlight -= 1;
    this.posts.push({ connectionId, message: JSON.parse(message) as unknown });
    if (this.isThrottling()) return 'throttled';
    return this.answers.get(connectionId) ?? this.answer(connectionId);
  }

  async inspect(connectionId: string): Promise<'open' | 'gone' | 'throttled'> {
    this.inspected.push(connectionId);
    if (this.isThrottling()) return Promise.resolve('throttled');
    const answer = this.answers.get(connectionId) ?? this.answer(connectionId);
    return Promise.resolve(answer === 'gone' ? 'gone' : 'open');
  }

  async close(connectionId: string): Promise<'closed' | 'gone'> {
    if (this.isThrottling()) throw new Error('Too many requests');
    const answer = this.answers.get(connectionId) ?? this.answer(connectionId);
    if (answer === 'gone' || this.closed.includes(connectionId)) return Promise.resolve('gone');
    this.closed.push(connectionId);
    return Promise.resolve('closed');
  }
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that records its lines. */
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
