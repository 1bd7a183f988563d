// The input of the cost model: connections, events, and the settings that matter for the bill.
import { deploymentSettings, type DeploymentSetting } from '#infra/config/deployment-settings';
import { defaultMemoryMegabytes } from '#lambdas/contract/memory';
import type { FunctionName } from '#lambdas/contract/setting';
import { serviceSettings as settings } from '#lambdas/contract/settings';

export interface Load {
  /** Connections at the busiest time. */
  readonly connections: number;
  /** Events that are not stale, on average over the month. */
  readonly eventsPerSecond: number;
  /**
   * Reports a second that only restart the time to live of an agent: the number of agents that are kept alive, divided by their
   * interval in seconds.
   */
  readonly keepAlivesPerSecond: number;
  /** Hours that a connection is open on an average day. */
  readonly hoursPerDay: number;
  readonly heartbeat: 'always' | 'when-idle';
  readonly heartbeatSeconds: number;
  /** Size of an event's message in bytes of UTF-8. */
  readonly messageBytes: number;
  /** Agents and sessions in a snapshot. */
  readonly agents: number;
  readonly sessions: number;
  /** Hours that each event is kept in the timeline of its session; 0: there are no timelines. */
  readonly timelineHours: number;
  readonly maxPostsPerSecond: number;
  readonly largeFanOutConnections: number;
  /** Minimum time from the start of one flush to the start of the next. `off`: each event is a separate fan-out. */
  readonly coalesceMilliseconds: number | 'off';
  /** Average number of events in an entry of EventBridge: more than 1 if the publisher packs. */
  readonly eventsPerPack: number;
  /** The share of connections without batches, 0 to 1. */
  readonly documentedShare: number;
  /** The share of the agents that each connection gets the events of, 0 to 1: by its subscription, or by its scope. */
  readonly watchedShare: number;
  /** Memory of the functions that do not have the default. */
  readonly memoryMegabytes: DeploymentSetting<'memoryMegabytes'>;
  /** Execution environments that are always ready, by function. */
  readonly provisionedConcurrency: DeploymentSetting<'provisionedConcurrency'>;
}

/** A quiet deployment with the default settings. */
export const defaultLoad: Load = {
  connections: 1_000,
  eventsPerSecond: 0.1,
  keepAlivesPerSecond: 0,
  hoursPerDay: 24,
  heartbeat: settings.heartbeat.default,
  heartbeatSeconds: settings.heartbeatSeconds.default,
  messageBytes: 200,
  agents: 100,
  sessions: 100,
  timelineHours: settings.timelineHours.default,
  maxPostsPerSecond: settings.maxPostsPerSecond.default,
  largeFanOutConnections: settings.largeFanOutConnections.default,
  coalesceMilliseconds: settings.coalesceMilliseconds.default,
  eventsPerPack: 1,
  documentedShare: 0,
  watchedShare: 1,
  memoryMegabytes: deploymentSettings.memoryMegabytes.default,
  provisionedConcurrency: deploymentSettings.provisionedConcurrency.default,
};

/** The memory of a function. */
export function megabytesOf({ memoryMegabytes }: Load, name: FunctionName): number {
  return memoryMegabytes[name] ?? defaultMemoryMegabytes[name];
}

export const secondsPerMonth = 30 * 24 * 3600;

/** Entries of the event bus a second: single events, or packs. */
export function packsPerSecond({ eventsPerSecond, eventsPerPack }: Load): number {
  return eventsPerSecond / eventsPerPack;
}

/** The average number of connections over the month. */
export function averageConnections({ connections, hoursPerDay }: Load): number {
  return (connections * hoursPerDay) / 24;
}

/** Heartbeats a second. Each lists all connections, even those that it skips. */
export function heartbeatsPerSecond({ heartbeatSeconds }: Load): number {
  return 1 / heartbeatSeconds;
}

/**
 * The share of heartbeats that are posted, 0 to 1. With `when-idle`, connections are skipped if an event came within half an
 * interval before the heartbeat. Events are assumed to be independent of each other. Connections that do not get every event
 * are never skipped.
 */
export function postedShare({
  heartbeat,
  heartbeatSeconds,
  eventsPerSecond,
  watchedShare,
}: Load): number {
  if (heartbeat === 'always' || watchedShare < 1) return 1;
  return Math.exp((-eventsPerSecond * heartbeatSeconds) / 2);
}

/** Invocations by the schedule, a second. Each plans the heartbeats of a minute, and reads and writes the plan. */
export const planningCalls = 1 / 60;

/** The same load without coalescing and without packs. */
export function withoutFlushes(load: Load): Load {
  return { ...load, coalesceMilliseconds: 'off', eventsPerPack: 1 };
}
