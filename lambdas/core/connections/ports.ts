// What connections need from the outside: their records, how many there are, how often a user may connect, and API
// Gateway, which posts to a connection, tells whether it is open, and closes it.
/** Names a connection in the store: all connections of one user lie side by side. */
export interface ConnectionKey {
  readonly userId: string;
  readonly connectionId: string;
}

/** One open WebSocket. */
export interface Connection extends ConnectionKey {
  /** Milliseconds since the Unix epoch. */
  readonly connectedAt: number;
  /** Milliseconds since the Unix epoch, a whole second; from then on nothing is delivered to it. */
  readonly expiresAt: number;
  /** Whether the client has negotiated batches. Default: no, as the documented clients. */
  readonly batches?: boolean;
}

/** Connections that negotiated batches, and those that get the documented messages one by one. */
export type Lane = 'batched' | 'single';

/** That an operator has sent a user away. */
export interface DisconnectMarker {
  /** Milliseconds since the Unix epoch: tokens that were issued then or earlier open nothing. */
  readonly disconnectedAt: number;
  /** Milliseconds since the Unix epoch: from then on the marker counts for nothing. */
  readonly endsAt: number;
}

/** All records of a user, expired ones too. */
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
  /** The record of one connection, an expired one too, read consistently. */
  find(key: ConnectionKey): Promise<Connection | undefined>;
  /** Has a connection expire later; false when there is no record of it, or it does not expire earlier as it is. */
  refresh(key: ConnectionKey, expiresAt: number): Promise<boolean>;
  /** What is known of a user, in one consistent read: what was written before it is seen. */
  ofUser(userId: string): Promise<UserRecords>;
  /** Keeps the later of two markers of a user. */
  markDisconnected(userId: string, marker: DisconnectMarker): Promise<void>;
  /** The marker of a user, an expired one too, read consistently. */
  markerOf(userId: string): Promise<DisconnectMarker | undefined>;
  /** All records of a shard, expired ones too, page by page, each user's side by side. */
  pages(shard: number, options?: PageOptions): AsyncIterable<readonly Connection[]>;
}

export interface PageOptions {
  /** Begins with the record that follows this one. */
  readonly after?: ConnectionKey | undefined;
  /** Whether everything that was written before is seen; it costs twice as much. Default: no. */
  readonly consistent?: boolean;
}

/** What a heartbeat counted in one shard. */
export interface ShardCount {
  readonly shard: number;
  readonly connections: number;
  /** Those of them that take batches; absent where they were not counted. */
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

/** Draws how many connections and users there are. */
export type ConnectionCountMetrics = (connections: number, users: number) => void;

/** What a token bucket allows. */
export interface RateLimit {
  readonly perMinute: number;
  /** How many at once, after a rest. */
  readonly burst: number;
}

export interface RateLimitStore {
  /**
   * Takes a token out of a bucket of the user, called `what`; false when there is none.
   * @param now milliseconds since the Unix epoch
   */
  take(userId: string, what: string, limit: RateLimit, now: number): Promise<boolean>;
  /**
   * Leaves a bucket empty: its next token comes at `until`. One that is empty for longer stays so.
   * @param until milliseconds since the Unix epoch
   */
  empty(userId: string, what: string, limit: RateLimit, until: number): Promise<void>;
}

export interface Closer {
  /** Closes the WebSocket, or finds that there is none. */
  close(connectionId: string): Promise<'closed' | 'gone'>;
}

// What posting needs from the outside: API Gateway, by connection.

/** How one post ended. `throttled` and `failed` may be tried again; `refused` would be refused again. */
export type PostResult = 'delivered' | 'gone' | 'throttled' | 'retryable' | 'rejected';

export interface Poster {
  /** Posts a message's text. Never throws: what went wrong is a value. */
  post(connectionId: string, text: string): Promise<PostResult>;
}

export interface Inspector {
  /** Asks API Gateway for a connection, which its client does not notice. Never throws. */
  inspect(connectionId: string): Promise<'open' | 'gone' | 'throttled' | 'retryable'>;
}
