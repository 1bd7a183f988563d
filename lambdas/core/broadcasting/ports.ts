// What broadcasting needs from the outside: the registers of events, and the plan of heartbeats.
import type { EventMessage } from '#sdk/protocol';

/** The newest event of a register, and when it was stored. */
export interface StoredEvent {
  readonly event: EventMessage;
  /** The server's clock, in milliseconds since the Unix epoch. */
  readonly updatedAt: number;
}

/** Of the server's clock, in milliseconds since the Unix epoch. */
export interface StorageTimes {
  readonly updatedAt: number;
  /** From then on the register counts as deleted. */
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
