// What the rules need from the world. lambdas/adapters answers these with AWS, the unit tests with fakes.
import type { EventMessage } from '#sdk/protocol';
import type { LogFields, LogMessage } from './log-lines';

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
  extend(key: ConnectionKey, expiresAt: number): Promise<boolean>;
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
  /** The newest census of each shard; shards that were never counted are absent. */
  read(): Promise<readonly ShardCount[]>;
}

/** A message reached every connection: all of a shard's or, if none is named, of all shards. */
export interface RecentFanOut {
  readonly shard?: number;
  /** When its fan-out began to read the connections, in milliseconds since the Unix epoch. */
  readonly startedAt: number;
}

export interface RecentFanOutStore {
  /** Notes it; one that began earlier than what is noted changes nothing. */
  write(reached: RecentFanOut): Promise<void>;
  /** The newest that is known, for all shards and for single ones. */
  read(): Promise<readonly RecentFanOut[]>;
}

/** The newest event of a register, and when it was stored. */
export interface StoredEvent {
  readonly event: EventMessage;
  /** The server's clock, in milliseconds since the Unix epoch. */
  readonly updatedAt: number;
}

/** Of the server's clock, in milliseconds since the Unix epoch. */
export interface StorageTimes {
  readonly updatedAt: number;
  /** From then on the register is as good as deleted. */
  readonly expiresAt: number;
}

/** The newest event of each register. */
export interface StateStore {
  /**
   * Stores an event that is newer than what its register holds, or the very same one if its broadcast was never
   * completed; what is stale changes nothing.
   */
  put(event: EventMessage, times: StorageTimes): Promise<'stored' | 'stale'>;
  /** Notes that an event went out to everybody, unless its register holds a newer one by now. */
  completeBroadcast(event: EventMessage): Promise<void>;
  /** For each of the events, whether its register holds a newer one by now; read consistently. */
  areSuperseded(events: readonly EventMessage[]): Promise<readonly boolean[]>;
  /**
   * What was stored in a shard after `since`, page by page, in no order.
   * @param since milliseconds since the Unix epoch, compared with `updatedAt`
   * @param now milliseconds since the Unix epoch; what has expired by then is left out
   */
  pages(shard: number, since: number, now: number): AsyncIterable<readonly StoredEvent[]>;
}

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

/** Marks that a connection is being told the state: every execution environment sees it. */
export interface SyncMarkers {
  /**
   * Sets the connection's marker; false when it is set already.
   * @param until milliseconds since the Unix epoch; from then on it counts for nothing, whoever has set it
   */
  begin(key: ConnectionKey, now: number, until: number): Promise<boolean>;
  /** Withdraws the marker that was set with the same `until`, and no later one. */
  end(key: ConnectionKey, until: number): Promise<void>;
}

/** What operators want to see as graphs beside the fan-outs. */
export type Countable =
  | 'StaleEvents'
  | 'RejectedEvents'
  | 'StateFailures'
  | 'HandshakesLimited'
  | 'KeysUnavailable'
  | 'MessagesLimited'
  | 'SnapshotsFailed';

/**
 * Counts one more, or so many. What it is `about` is for whoever looks at the line: it makes no metric of its own.
 */
export type Count = (
  what: Countable,
  about?: Readonly<Record<string, string>>,
  number?: number,
) => void;

/** Draws how many connections and users there are. */
export type ConnectionCountMetrics = (connections: number, users: number) => void;

/** How one post ended. `throttled` and `failed` may be tried again; `refused` would be refused again. */
export type PostResult = 'delivered' | 'gone' | 'throttled' | 'retryable' | 'rejected';

export interface Poster {
  /** Posts a message's text. Never throws: what went wrong is a value. */
  post(connectionId: string, text: string): Promise<PostResult>;
}

/** Connections that negotiated batches, and those that get the documented messages one by one. */
export type Lane = 'batched' | 'single';

/** What is left of a fan-out: messages for a list of connections, or for a shard, from a key on. */
export type RetryJob = {
  /** Their texts, not in batches: one that is superseded by the time of another try is left out. */
  readonly messages: readonly string[];
  /** How often it has been put back already. */
  readonly round: number;
  /** In how many rounds up to now its connections were throttled while the account was not. Default: 0. */
  readonly stuckRounds?: number;
} & (
  | { readonly connections: readonly Connection[] }
  | {
      readonly shard: number;
      readonly after?: ConnectionKey;
      /** Only connections of this kind. Default: all. */
      readonly lane?: Lane;
    }
);

/** What is pending has nobody who flushes it. */
export interface DrainJob {
  readonly drain: true;
}

export interface RetryQueue {
  /** Hands the jobs to other workers; lists, of connections and of messages, may be split. */
  send(jobs: readonly RetryJob[]): Promise<void>;
}

export interface Timers {
  /** Runs `task` once, `milliseconds` from now; what it gives stops it. */
  after(milliseconds: number, task: () => void): () => void;
}

export interface Inspector {
  /** Asks API Gateway for a connection, which its client does not notice. Never throws. */
  inspect(connectionId: string): Promise<'open' | 'gone' | 'throttled' | 'retryable'>;
}

export interface Closer {
  /** Closes the WebSocket, or finds that there is none. */
  close(connectionId: string): Promise<'closed' | 'gone'>;
}

/** A heartbeat that is to be sent later. */
export interface PlannedHeartbeat {
  /** Milliseconds since the Unix epoch. */
  readonly dueAt: number;
}

export interface HeartbeatQueue {
  /** Hands each heartbeat back within a second after it is due, now and then twice. */
  plan(heartbeats: readonly PlannedHeartbeat[], now: number): Promise<void>;
}

/** Up to where heartbeats are planned. */
export interface HeartbeatPlan {
  /** Milliseconds since the Unix epoch: all that are due until then are in the queue. */
  readonly until: number;
  /** The interval that they were planned with. */
  readonly heartbeatSeconds: number;
}

export interface HeartbeatStore {
  /** What was planned last, read consistently; undefined before the first plan. */
  plan(): Promise<HeartbeatPlan | undefined>;
  notePlan(plan: HeartbeatPlan): Promise<void>;
  /**
   * Takes the heartbeat that is due at `dueAt`, to send it. False when it or a later one was taken before: one that is
   * later than `latest` does not count, as whoever took it had a wrong clock. All in milliseconds since the Unix epoch.
   */
  take(dueAt: number, latest: number): Promise<boolean>;
}

export interface RejectedEvents {
  /** Keeps the whole event for a person to look at, with the reason. */
  keep(event: unknown, reason: string): Promise<void>;
}

export interface UndeliverableJobs {
  /** Keeps a job that was given up for a person to look at, with the reason. */
  keep(job: RetryJob, reason: string): Promise<void>;
}

/** The owner of a token that was verified. */
export interface VerifiedToken {
  /** The token's `sub`. */
  readonly userId: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** The token's `iat`, in milliseconds since the Unix epoch: mostly a whole second. Absent when it has none. */
  readonly issuedAt?: number;
}

/** Why a token opened no connection; each reason is a code of its own in the log. */
export type TokenRefusal =
  | 'token_missing'
  | 'token_ambiguous'
  | 'scheme_not_supported'
  | 'token_malformed'
  | 'extension_not_supported'
  | 'algorithm_not_allowed'
  | 'signature_invalid'
  | 'key_unknown'
  | 'key_ambiguous'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_too_old'
  | 'issued_at_missing'
  | 'issued_in_future'
  | 'issuer_wrong'
  | 'audience_wrong'
  | 'token_use_wrong'
  | 'subject_invalid'
  | 'expiry_missing'
  | 'token_invalid';

export type TokenVerdict =
  | { readonly ok: true; readonly value: VerifiedToken }
  | { readonly ok: false; readonly code: TokenRefusal };

export interface TokenVerifier {
  /**
   * Checks signature, issuer, audience and times of a token.
   * @throws a KeysUnavailableError when the issuer's keys cannot be had: then no verdict is possible
   */
  verify(token: string): Promise<TokenVerdict>;
}

/** Reports agent events on the event bus, as backends do. */
export interface Reporter {
  broadcastAgentStatus(agentId: string, status: 'online' | 'offline' | 'error'): Promise<void>;
  broadcastSessionActivity(agentId: string, sessionId: string, lastMessage: string): Promise<void>;
}

/** Asks whether the agent gateway answers. Never throws. */
export type GatewayProbe = (url: string) => Promise<'connected' | 'disconnected'>;

/** Tells the time in milliseconds since the Unix epoch. */
export type Clock = () => number;

/** Structured log lines, each one of the list in log-lines.ts; none holds a token or the text of a message. */
export interface Log {
  info<Message extends LogMessage<'info'>>(message: Message, fields?: LogFields<Message>): void;
  warn<Message extends LogMessage<'warn'>>(message: Message, fields?: LogFields<Message>): void;
  error<Message extends LogMessage<'error'>>(message: Message, fields?: LogFields<Message>): void;
}
