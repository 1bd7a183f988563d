// The question: how many dashboards, how many events, and what they are like.

export interface Load {
  /** Connections at the busiest time. */
  readonly connections: number;
  /** Events that are news, on average over the month. */
  readonly eventsPerSecond: number;
  /** How long a connection is open on an average day. */
  readonly hoursPerDay: number;
  readonly heartbeat: 'always' | 'when-idle';
  readonly heartbeatSeconds: number;
  /** Bytes of UTF-8 of an event's frame. */
  readonly frameBytes: number;
  /** Agents and sessions that a snapshot tells. */
  readonly agents: number;
  readonly sessions: number;
  readonly maxPostsPerSecond: number;
  readonly largeFanOutConnections: number;
}

/** A quiet deployment with the settings of infra/configuration.ts. */
export const defaultLoad: Load = {
  connections: 1_000,
  eventsPerSecond: 0.1,
  hoursPerDay: 24,
  heartbeat: 'always',
  heartbeatSeconds: 30,
  frameBytes: 200,
  agents: 100,
  sessions: 100,
  maxPostsPerSecond: 8_000,
  largeFanOutConnections: 10_000,
};

export const secondsPerMonth = 30 * 24 * 3600;

/** Connections on average over the month. */
export function averageConnections({ connections, hoursPerDay }: Load): number {
  return (connections * hoursPerDay) / 24;
}

/** Heartbeat rounds a second: each reads all connections, whether it posts to them or not. */
export function beatsPerSecond({ heartbeatSeconds }: Load): number {
  return 1 / heartbeatSeconds;
}

/**
 * The share of heartbeats that are posted. When idle, one is spared if an event came during the half interval before;
 * events are taken to come independently of each other.
 */
export function postedShare({ heartbeat, heartbeatSeconds, eventsPerSecond }: Load): number {
  return heartbeat === 'always' ? 1 : Math.exp((-eventsPerSecond * heartbeatSeconds) / 2);
}

/** Frames a second to all connections, at the busiest time. */
export function framesPerSecond(load: Load): number {
  return load.connections * (load.eventsPerSecond + beatsPerSecond(load) * postedShare(load));
}
