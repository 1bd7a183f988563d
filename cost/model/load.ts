// The input of the model: numbers of connections and events, and their properties.
import { serviceSettings as settings } from '#lambdas/contract/settings';

export interface Load {
  /** Connections at the busiest time. */
  readonly connections: number;
  /** Events that are not stale, on average over the month. */
  readonly eventsPerSecond: number;
  /** For how long a connection is open on an average day. */
  readonly hoursPerDay: number;
  readonly heartbeat: 'always' | 'when-idle';
  readonly heartbeatSeconds: number;
  /** Bytes of UTF-8 of an event's message. */
  readonly messageBytes: number;
  /** Agents and sessions in a snapshot. */
  readonly agents: number;
  readonly sessions: number;
  readonly maxPostsPerSecond: number;
  readonly largeFanOutConnections: number;
  /**
   * The least time from the start of one flush to the start of the next. `off`: each event is a fan-out of its own, as
   * before coalescing.
   */
  readonly coalesceMilliseconds: number | 'off';
  /** Events in an entry of EventBridge, on average: more than one if the publisher packs. */
  readonly eventsPerPack: number;
  /** The share of connections without batches, which get the documented messages one by one. */
  readonly documentedShare: number;
}

/** A quiet deployment with the default settings. */
export const defaultLoad: Load = {
  connections: 1_000,
  eventsPerSecond: 0.1,
  hoursPerDay: 24,
  heartbeat: settings.heartbeat.default,
  heartbeatSeconds: settings.heartbeatSeconds.default,
  messageBytes: 200,
  agents: 100,
  sessions: 100,
  maxPostsPerSecond: settings.maxPostsPerSecond.default,
  largeFanOutConnections: settings.largeFanOutConnections.default,
  coalesceMilliseconds: settings.coalesceMilliseconds.default,
  eventsPerPack: 1,
  documentedShare: 0,
};

export const secondsPerMonth = 30 * 24 * 3600;

/** Entries from the bus a second: single events, or packs. */
export function packsPerSecond({ eventsPerSecond, eventsPerPack }: Load): number {
  return eventsPerSecond / eventsPerPack;
}

/** Connections on average over the month. */
export function averageConnections({ connections, hoursPerDay }: Load): number {
  return (connections * hoursPerDay) / 24;
}

/** Heartbeat rounds a second: each reads all connections, whether it posts to them or not. */
export function beatsPerSecond({ heartbeatSeconds }: Load): number {
  return 1 / heartbeatSeconds;
}

/**
 * The share of heartbeats that are posted. With `when-idle`, a heartbeat is skipped if an event came within half an interval
 * before it. Events are assumed to be independent.
 */
export function postedShare({ heartbeat, heartbeatSeconds, eventsPerSecond }: Load): number {
  return heartbeat === 'always' ? 1 : Math.exp((-eventsPerSecond * heartbeatSeconds) / 2);
}

/** Calls of the schedule a second. Each plans the heartbeats of a minute, and reads and writes the plan. */
export const planningCalls = 1 / 60;

/** The same load without coalescing, as it was billed before. */
export function withoutFlushes(load: Load): Load {
  return { ...load, coalesceMilliseconds: 'off', eventsPerPack: 1 };
}
