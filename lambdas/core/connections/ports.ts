// The ports of connections: their records, their counts, the rate limits of users, and API Gateway, which posts to a
// connection, inspects it, and closes it.
import type { View, ViewParts } from './view';

/** The key of a connection in the store, where all connections of one user are adjacent. */
export interface ConnectionKey {
  readonly userId: string;
  readonly connectionId: string;
}

/** One open WebSocket. */
export interface Connection extends ConnectionKey {
  /** Milliseconds since the Unix epoch. */
  readonly connectedAt: number;
  /** Milliseconds since the Unix epoch, a whole second; from then on nothing is posted to it. */
  readonly expiresAt: number;
  /** Whether the client has negotiated batches. Default: no, as for documented clients. */
  readonly batches?: boolean;
  /** Limits the events that it gets. Absent: it gets everything. */
  readonly view?: View;
}

/** `batched`: connections that negotiated batches. `single`: those that get the documented messages one by one. */
export type Lane = 'batched' | 'single';

/** The record that an operator has disconnected a user. */
export interface DisconnectMarker {
  /** Milliseconds since the Unix epoch: tokens that were issued then or earlier are refused. */
  readonly disconnectedAt: number;
  /** Milliseconds since the Unix epoch: from then on the marker has no effect. */
  readonly endsAt: number;
}

/** All records of a user, including expired ones. */
export interface UserRecords {
  readonly connections: readonly Connection[];
  readonly marker?: DisconnectMarker;
}

export interface ConnectionStore {
  save(connection: Connection): Promise<void>;
  /** Removes the record, if it exists. */
  remove(key: ConnectionKey): Promise<void>;
  /** Removes many records at once. */
  removeAll(keys: readonly ConnectionKey[]): Promise<void>;
  /** The record of one connection, even if it has expired, read consistently. */
  find(key: ConnectionKey): Promise<Connection | undefined>;
  /** The records of these connections, each once, even if they have expired, read consistently. Those without a record are left out. */
  findAll(keys: readonly ConnectionKey[]): Promise<readonly Connection[]>;
  /**
   * Changes the given parts of a connection's view.
   * @param expiresAt the connection's new expiry, even if it is earlier, because a token's scope is valid no longer than the
   *   token. Default: the expiry is not changed
   * @returns the connection as it was before the change; undefined if it has no record
   */
  changeView(
    key: ConnectionKey,
    parts: ViewParts,
    expiresAt?: number,
  ): Promise<Connection | undefined>;
  /**
   * Extends the expiry of a connection; false if it has no record, does not expire before `expiresAt`, or has another scope by
   * now than the given one: that of a token must not be in force for longer than the token is valid.
   */
  refresh(
    connection: ConnectionKey & Pick<Connection, 'view'>,
    expiresAt: number,
  ): Promise<boolean>;
  /** The records of a user, in one consistent read. */
  ofUser(userId: string): Promise<UserRecords>;
  /** Keeps the later of two markers of a user. */
  markDisconnected(userId: string, marker: DisconnectMarker): Promise<void>;
  /** The marker of a user, even if it has expired, read consistently. */
  markerOf(userId: string): Promise<DisconnectMarker | undefined>;
  /** All connections of a shard, including expired ones, page by page; those of a user are adjacent. */
  pages(shard: number, options?: PageOptions): AsyncIterable<readonly Connection[]>;
}

export interface PageOptions {
  /** The record after which to begin. Default: from the start of the shard. */
  readonly after?: ConnectionKey | undefined;
  /** Whether to read consistently, which costs twice as much. Default: no. */
  readonly consistent?: boolean;
}

/** The counts of one shard, taken by a heartbeat. */
export interface ShardCount {
  readonly shard: number;
  readonly connections: number;
  /** Connections with batches; absent if they were not counted. */
  readonly batched?: number | undefined;
  readonly users: number;
  /** Milliseconds since the Unix epoch. */
  readonly takenAt: number;
}

export interface ConnectionCountStore {
  write(connectionCounts: ShardCount): Promise<void>;
  /** The newest count of each shard; shards that were never counted are absent. */
  read(): Promise<readonly ShardCount[]>;
}

/** Writes the numbers of connections and users as metrics. */
export type ConnectionCountMetrics = (connections: number, users: number) => void;

/** A token bucket. */
export interface RateLimit {
  readonly perMinute: number;
  /** The size of the bucket. */
  readonly burst: number;
}

export interface RateLimitStore {
  /**
   * Takes a token from the user's bucket for `what`; false if it has none.
   * @param now milliseconds since the Unix epoch
   */
  take(userId: string, what: string, limit: RateLimit, now: number): Promise<boolean>;
  /**
   * Empties a bucket: its next token is available at `until`, or later if the bucket is empty for longer already.
   * @param until milliseconds since the Unix epoch
   */
  empty(userId: string, what: string, limit: RateLimit, until: number): Promise<void>;
}

export interface Closer {
  /** Closes the WebSocket; `gone` if there is none. */
  close(connectionId: string): Promise<'closed' | 'gone'>;
}

/** The result of one post. `throttled` and `retryable` posts can be retried; a `rejected` one would be rejected again. */
export type PostResult = 'delivered' | 'gone' | 'throttled' | 'retryable' | 'rejected';

export interface Poster {
  /** Posts the text of a message. Never throws: errors are results. */
  post(connectionId: string, text: string): Promise<PostResult>;
}

export interface Inspector {
  /** Looks a connection up at API Gateway, without any effect on its client. Never throws. */
  inspect(connectionId: string): Promise<'open' | 'gone' | 'throttled' | 'retryable'>;
}
