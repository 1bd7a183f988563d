// The question: how many dashboards, how many events, and what they are like.
import { serviceSettings as settings } from '#lambdas/contract/settings';

export interface Load {
  /** Connections at the busiest time. */
  readonly connections: number;
  /** Events that are news, on average over the month. */
  readonly eventsPerSecond: number;
  /** How long a connection is open on an average day. */
  readonly hoursPerDay: number;
  readonly heartbeat: 'always' | 'when-idle';
  readonly heartbeatSeconds: number;
  /** Bytes of UTF-8 of an event's message. */
  readonly messageBytes: number;
  /** Agents and sessions that a snapshot tells. */
  readonly agents: number;
  readonly sessions: number;
  readonly maxPostsPerSecond: number;
  readonly largeFanOutConnections: number;
  /**
   * From the beginning of one flush to the beginning of the next, at the least; `off`: each event is a fan-out of its
   * own, as it was before there were flushes.
   */
  readonly coalesceMilliseconds: number | 'off';
  /** Events that share an entry of EventBridge, on average: more than one where the publisher packs. */
  readonly eventsPerPack: number;
  /** The share of connections without batches: each gets every message by itself, as it is documented. */
  readonly documentedShare: number;
}

/** A quiet deployment that sets nothing. */
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

/** What comes from the bus a second: events by themselves, or packs of them. */
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
 * The share of heartbeats that are posted. When idle, one is skipped if an event came during the half interval before;
 * events are taken to come independently of each other.
 */
export function postedShare({ heartbeat, heartbeatSeconds, eventsPerSecond }: Load): number {
  return heartbeat === 'always' ? 1 : Math.exp((-eventsPerSecond * heartbeatSeconds) / 2);
}

/** Calls of the schedule a second: each plans the heartbeats of a minute, and reads and writes where it is. */
export const planningCalls = 1 / 60;

/** The same load as it was billed before there were flushes. */
export function withoutFlushes(load: Load): Load {
  return { ...load, coalesceMilliseconds: 'off', eventsPerPack: 1 };
}
