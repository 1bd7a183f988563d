// The ports of broadcasting: the registers of events, and the plan of heartbeats.
import type { EventMessage } from '#sdk/protocol';

/** The newest event of a register, and when it was stored. */
export interface StoredEvent {
  readonly event: EventMessage;
  /** The server's clock, in milliseconds since the Unix epoch. */
  readonly updatedAt: number;
}

/** Times of the server's clock, in milliseconds since the Unix epoch. */
export interface StorageTimes {
  readonly updatedAt: number;
  /** From this time on, the register counts as deleted; with a time to live, that much later. */
  readonly expiresAt: number;
  /** When the time to live begins. Default: `updatedAt`. */
  readonly aliveFrom?: number;
  /** The time to live of the agent, in seconds. Absent if it has none. */
  readonly aliveForSeconds?: number | undefined;
  /** Whether an event is stored that would do no more than restart the time to live. Default: false. */
  readonly mustStore?: boolean;
}

/** The newest event of each register. */
export interface StateStore {
  /**
   * Stores an event if it is newer than the one that its register holds, or if it is the same one and its broadcast was
   * not completed. A stale event changes nothing.
   *
   * An event with a time to live whose value the register holds already does no more than prolong it: the register then holds
   * the event's time to live, and is compared by its timestamp, but is read as the first event of this value. This needs a
   * completed broadcast of the first event: otherwise this one is broadcast. And it is limited to half of the register's
   * lifetime, because clients forget a register of which they hear nothing for that long.
   * @returns `prolonged`: there is nothing to broadcast
   */
  put(event: EventMessage, times: StorageTimes): Promise<'stored' | 'prolonged' | 'stale'>;
  /** Marks an event as broadcast to all connections, unless its register holds a newer one by now. */
  completeBroadcast(event: EventMessage): Promise<void>;
  /**
   * Makes the next report about the register of an event be broadcast, even if it would do no more than prolong: clients may
   * have got an event that could not be stored.
   */
  requireBroadcast(event: EventMessage): Promise<void>;
  /** For each of the events, whether its register holds a newer one by now; read consistently. */
  areSuperseded(events: readonly EventMessage[]): Promise<readonly boolean[]>;
  /**
   * The events that were stored in a shard after `since`, page by page, in no particular order.
   * @param since milliseconds since the Unix epoch, compared with `updatedAt`
   * @param now milliseconds since the Unix epoch; registers that have expired by then are left out
   */
  pages(shard: number, since: number, now: number): AsyncIterable<readonly StoredEvent[]>;
  /** The same for the events of one agent, of all event types. */
  pagesOfAgent(agentId: string, since: number, now: number): AsyncIterable<readonly StoredEvent[]>;
}

/** A heartbeat that is to be sent later. */
export interface PlannedHeartbeat {
  /** Milliseconds since the Unix epoch. */
  readonly dueAt: number;
}

export interface HeartbeatQueue {
  /**
   * Enqueues heartbeats. Each is delivered within a second after it is due, sometimes twice.
   * @param now milliseconds since the Unix epoch
   */
  plan(heartbeats: readonly PlannedHeartbeat[], now: number): Promise<void>;
}

/** The state of planning. */
export interface HeartbeatPlan {
  /** Milliseconds since the Unix epoch: all heartbeats that are due until then are in the queue. */
  readonly until: number;
  /** The interval with which they were planned. */
  readonly heartbeatSeconds: number;
}

export interface HeartbeatStore {
  /** The last plan, read consistently; undefined before the first one. */
  plan(): Promise<HeartbeatPlan | undefined>;
  notePlan(plan: HeartbeatPlan): Promise<void>;
  /**
   * Records that the heartbeat that is due at `dueAt` is being sent. Both times are milliseconds since the Unix epoch.
   * @param latest recorded heartbeats that are due later are ignored: they were recorded with a wrong clock
   * @returns false if this heartbeat or a later one was recorded before
   */
  take(dueAt: number, latest: number): Promise<boolean>;
}
