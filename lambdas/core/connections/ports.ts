// The ports of connections: their records, their counts, the rate limits of users, and API Gateway, which posts to a
// connection, tells whether it is open, and closes it.
/** Names a connection in the store: all connections of one user lie side by side. */
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
}

/** `batched`: connections that negotiated batches. `single`: those that get the documented messages one by one. */
export type Lane = 'batched' | 'single';

/** An operator has disconnected the user. */
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
  /** Removes the record; one that does not exist is no error. */
  remove(key: ConnectionKey): Promise<void>;
  /** Removes many records at once. */
  removeAll(keys: readonly ConnectionKey[]): Promise<void>;
  /** The record of one connection, even if it has expired, read consistently. */
  find(key: ConnectionKey): Promise<Connection | undefined>;
  /** Has a connection expire later; false if it has no record, or does not expire earlier already. */
  refresh(key: ConnectionKey, expiresAt: number): Promise<boolean>;
  /** The records of a user, in one consistent read. */
  ofUser(userId: string): Promise<UserRecords>;
  /** Keeps the later of two markers of a user. */
  markDisconnected(userId: string, marker: DisconnectMarker): Promise<void>;
  /** The marker of a user, even if it has expired, read consistently. */
  markerOf(userId: string): Promise<DisconnectMarker | undefined>;
  /** All records of a shard, including expired ones, page by page, each user's side by side. */
  pages(shard: number, options?: PageOptions): AsyncIterable<readonly Connection[]>;
}

export interface PageOptions {
  /** Begins after this record. */
  readonly after?: ConnectionKey | undefined;
  /** Whether to read consistently, which costs twice as much. Default: no. */
  readonly consistent?: boolean;
}

/** The counts of one shard, by a heartbeat. */
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
  /** How many at once, when the bucket is full. */
  readonly burst: number;
}

export interface RateLimitStore {
  /**
   * Takes a token out of the user's bucket for `what`; false if it has none.
   * @param now milliseconds since the Unix epoch
   */
  take(userId: string, what: string, limit: RateLimit, now: number): Promise<boolean>;
  /**
   * Empties a bucket: its next token comes at `until`. A bucket that is empty for longer stays so.
   * @param until milliseconds since the Unix epoch
   */
  empty(userId: string, what: string, limit: RateLimit, until: number): Promise<void>;
}

export interface Closer {
  /** Closes the WebSocket; `gone` if there is none. */
  close(connectionId: string): Promise<'closed' | 'gone'>;
}

/** The result of one post. After `throttled` or `retryable` it may be tried again; `rejected` would be rejected again. */
export type PostResult = 'delivered' | 'gone' | 'throttled' | 'retryable' | 'rejected';

export interface Poster {
  /** Posts the text of a message. Never throws: errors are outcomes. */
  post(connectionId: string, text: string): Promise<PostResult>;
}

export interface Inspector {
  /** Asks API Gateway about a connection; its client does not notice. Never throws. */
  inspect(connectionId: string): Promise<'open' | 'gone' | 'throttled' | 'retryable'>;
}
