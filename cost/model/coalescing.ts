// Computes how many flushes a load causes, and how long the lease is held.
import { secondsToLastClient, workersOf } from './fan-out-time';
import { arrivalsPerFlush, lanesOf, type Lane, type Lanes } from './lanes';
import {
  averageConnections,
  heartbeatsPerSecond,
  packsPerSecond,
  postedShare,
  type Load,
} from './load';

export interface Coalescing extends Lanes {
  /** Flushes a second of the faster lane. */
  readonly flushesPerSecond: number;
  /** Time from the start of a flush to the start of the next one while events arrive, in seconds. */
  readonly intervalSeconds: number;
  /** How often the lease is acquired, a second: once for each event, or pack, that finds it free. */
  readonly holdsPerSecond: number;
  /** Events, or packs, a second that find the lease held and are recorded as pending. */
  readonly recordedPerSecond: number;
  /** The share of the time during which the lease is held. Without coalescing: the number of simultaneous fan-outs. */
  readonly held: number;
  /** The share of heartbeats that are not part of a flush with events. The others need no additional post to connections with batches. */
  readonly separateHeartbeats: number;
}

/**
 * The flushes of a load.
 *
 * Events, or packs, arrive as a Poisson process with rate `a` a second. If any arrived during the interval after the start of
 * a flush, the next flush starts at the end of the interval, otherwise with the next arrival. The average time between two
 * flushes is therefore `interval + exp(-a · interval) / a`.
 *
 * The holder releases the lease after a flush during which no event arrived. The first event after that finds the lease free:
 * `exp(-a · flush)` events for each flush. All others are recorded as pending. An invocation that acquires the lease before
 * the interval is over waits for its end, and this waiting time is billed.
 * @param connections connections that get the flushes. Default: the average over the month.
 */
export function coalescingOf(load: Load, connections = averageConnections(load)): Coalescing {
  if (load.coalesceMilliseconds === 'off') return withoutCoalescing(load, connections);
  const lanes = lanesOf(load, connections);
  const { batched, single } = lanes;
  const { intervalSeconds } = batched.connections > 0 ? batched : single;
  // The lease is held until the slower lane has finished its flush.
  const busySeconds = Math.max(...underWay(lanes).map(({ flushSeconds }) => flushSeconds), 0);
  const flushes = flushesOf(packsPerSecond(load), intervalSeconds, busySeconds);
  // Above `largeFanOutConnections`, a heartbeat is always a separate fan-out.
  return { ...flushes, ...lanes, ...(workersOf(load) > 1 ? { separateHeartbeats: 1 } : {}) };
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
  // The probability that an event arrives between the end of a flush and the end of its interval.
  const later = -Math.expm1(-arrivals * (intervalSeconds - flushSeconds));
  const holdsPerSecond = (arrivals * releases) / perFlush;
  return {
    ...{ intervalSeconds, holdsPerSecond, flushesPerSecond: arrivals / perFlush },
    recordedPerSecond: Math.max(0, arrivals - holdsPerSecond),
    // The lease is free from a release until the next event, or until the next flush.
    held: (arrivals * intervalSeconds - releases * later) / perFlush,
    // A heartbeat that is due after the interval is sent at once. An earlier one waits for the end of the interval, as events do.
    separateHeartbeats: (noneMeanwhile * (1 + arrivals * intervalSeconds)) / perFlush,
  };
}

/** The same quantities for one fan-out for each event. */
function withoutCoalescing(load: Load, connections: number): Coalescing {
  const { eventsPerSecond: events, messageBytes, watchedShare } = load;
  const flushSeconds = secondsToLastClient(load, connections);
  const fanOuts = { flushesPerSecond: events, intervalSeconds: 0, flushSeconds, leftOut: 0 };
  const each = {
    ...{ ...fanOuts, messages: 1, posts: watchedShare },
    bytes: messageBytes * watchedShare,
  };
  return {
    ...{ flushesPerSecond: events, intervalSeconds: 0 },
    ...{ holdsPerSecond: events, recordedPerSecond: 0, held: events * flushSeconds },
    separateHeartbeats: 1,
    batched: { ...each, connections: 0 },
    single: { ...each, connections },
  };
}

/** Posts a second for heartbeats. */
export function heartbeatPostsPerSecond(load: Load, coalescing: Coalescing): number {
  const { batched, single, separateHeartbeats } = coalescing;
  const posted = postedShare(load);
  // With `when-idle`, a heartbeat is posted only if no event came shortly before, so there is no flush to share.
  // A flush that has no event for a connection posts the heartbeat by itself.
  const shared = (1 - separateHeartbeats) * Math.min(1, batched.posts);
  const alone = posted === 1 ? 1 - shared : posted;
  return heartbeatsPerSecond(load) * (batched.connections * alone + single.connections * posted);
}

/** Posts a second that carry events. */
export function eventPostsPerSecond(lanes: Lanes): number {
  return underWay(lanes).reduce(
    (sum, { flushesPerSecond, connections, posts }) => sum + flushesPerSecond * connections * posts,
    0,
  );
}

/** Posts a second to all connections at the busiest time, for events and heartbeats. */
export function postsPerSecond(load: Load): number {
  const coalescing = coalescingOf(load, load.connections);
  return eventPostsPerSecond(coalescing) + heartbeatPostsPerSecond(load, coalescing);
}
