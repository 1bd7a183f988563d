// How many flushes a load causes, and for which share of the time the lease is held for them.
import { secondsToLastClient, workersOf } from './fan-out-time';
import { arrivalsPerFlush, lanesOf, type Lane, type Lanes } from './lanes';
import { averageConnections, beatsPerSecond, packsPerSecond, postedShare, type Load } from './load';

export interface Coalescing extends Lanes {
  /** Flushes a second, of the lane that has more of them. */
  readonly flushesPerSecond: number;
  /** From the beginning of a flush to the beginning of the next while events come, in seconds. */
  readonly intervalSeconds: number;
  /** How often a second the lease is acquired: by the events, or packs, that find it free. */
  readonly holdsPerSecond: number;
  /** Events, or packs, a second that find it held, and are recorded as pending. */
  readonly recordedPerSecond: number;
  /** The share of the time in which the lease is held; without coalescing, the number of simultaneous fan-outs. */
  readonly held: number;
  /** The share of heartbeats that share no flush with an event. The others cost nothing for connections with batches. */
  readonly loneHeartbeats: number;
}

/**
 * Events, or packs, come independently of each other, `a` a second. A flush begins an interval after the last one if
 * any has come meanwhile, or else with the next one: from one to the next it takes `interval + exp(-a · interval) / a`.
 *
 * An event finds the lease free if none came during the flush before, after which its holder released it then, and it is
 * the first since: `exp(-a · flush)` events for each flush. All others are recorded as pending. Whoever acquires the
 * lease before the interval is over waits for its end, and is paid for that.
 */
export function coalescingOf(load: Load, connections = averageConnections(load)): Coalescing {
  if (load.coalesceMilliseconds === 'off') return withoutCoalescing(load, connections);
  const lanes = lanesOf(load, connections);
  const { batched, single } = lanes;
  const { intervalSeconds } = batched.connections > 0 ? batched : single;
  // The lease is held until the slower lane has ended its flush.
  const busySeconds = Math.max(...underWay(lanes).map(({ flushSeconds }) => flushSeconds), 0);
  const flushes = flushesOf(packsPerSecond(load), intervalSeconds, busySeconds);
  // A large heartbeat is sent by jobs of its own.
  return { ...flushes, ...lanes, ...(workersOf(load) > 1 ? { loneHeartbeats: 1 } : {}) };
}

/** The lanes that have connections. */
export function underWay({ batched, single }: Lanes): readonly Lane[] {
  return [batched, single].filter(({ connections }) => connections > 0);
}

function flushesOf(arrivals: number, intervalSeconds: number, busySeconds: number) {
  const flushSeconds = Math.min(busySeconds, intervalSeconds);
  const noneMeanwhile = Math.exp(-arrivals * intervalSeconds);
  const perFlush = arrivalsPerFlush(arrivals, intervalSeconds);
  const releases = Math.exp(-arrivals * flushSeconds);
  // Whether one comes between the end of a flush and the end of its interval.
  const later = -Math.expm1(-arrivals * (intervalSeconds - flushSeconds));
  const holdsPerSecond = (arrivals * releases) / perFlush;
  return {
    ...{ intervalSeconds, holdsPerSecond, flushesPerSecond: arrivals / perFlush },
    recordedPerSecond: Math.max(0, arrivals - holdsPerSecond),
    // All the time, but for what passes from a release to the next event, or to the next flush without one.
    held: (arrivals * intervalSeconds - releases * later) / perFlush,
    // One that is due when the interval is over goes at once; one before that waits for its end, as events do.
    loneHeartbeats: (noneMeanwhile * (1 + arrivals * intervalSeconds)) / perFlush,
  };
}

/** A fan-out for each event. */
function withoutCoalescing(load: Load, connections: number): Coalescing {
  const { eventsPerSecond: events, messageBytes: bytes } = load;
  const flushSeconds = secondsToLastClient(load, connections);
  const fanOuts = { flushesPerSecond: events, intervalSeconds: 0, flushSeconds, leftOut: 0 };
  const each = { ...fanOuts, messages: 1, posts: 1, bytes };
  return {
    ...{ flushesPerSecond: events, intervalSeconds: 0 },
    ...{ holdsPerSecond: events, recordedPerSecond: 0, held: events * flushSeconds },
    loneHeartbeats: 1,
    batched: { ...each, connections: 0 },
    single: { ...each, connections },
  };
}

/** Posts a second for heartbeats. */
export function heartbeatPostsPerSecond(load: Load, coalescing: Coalescing): number {
  const { batched, single, loneHeartbeats } = coalescing;
  const posted = postedShare(load);
  // If heartbeats are posted only after a silence, no flush is under way.
  const alone = load.heartbeat === 'always' ? loneHeartbeats : posted;
  return beatsPerSecond(load) * (batched.connections * alone + single.connections * posted);
}

/** Posts a second that carry events. */
export function eventPostsPerSecond(lanes: Lanes): number {
  return underWay(lanes).reduce(
    (sum, { flushesPerSecond, connections, posts }) => sum + flushesPerSecond * connections * posts,
    0,
  );
}

/** Posts a second to all connections, at the busiest time. */
export function postsPerSecond(load: Load): number {
  const coalescing = coalescingOf(load, load.connections);
  return eventPostsPerSecond(coalescing) + heartbeatPostsPerSecond(load, coalescing);
}
