// Computes what Lambda bills: invocations, duration and memory of each function.
import type { FunctionName } from '#lambdas/contract/setting';
import { underWay, type Coalescing } from './coalescing';
import { secondsOfHeartbeat, workersOf } from './fan-out-time';
import {
  averageConnections,
  heartbeatsPerSecond,
  megabytesOf,
  packsPerSecond,
  planningCalls,
  postedShare,
  type Load,
} from './load';
import {
  callMilliseconds,
  healthChecksPerMinute,
  invocationMilliseconds,
  pending,
  sdkCallMilliseconds,
  shardCount,
} from './measured';

/** The invocations of a function. */
export interface Calls {
  readonly name: FunctionName;
  readonly perSecond: number;
  /** Average duration. */
  readonly seconds: number;
  readonly megabytes: number;
}

/** The duration of an invocation that waits for this many calls of DynamoDB, one after the other, in seconds. */
function secondsOfCall(dynamoCalls: number): number {
  return (invocationMilliseconds + dynamoCalls * callMilliseconds) / 1000;
}

/**
 * The invocations of all functions.
 * @param handshakes handshakes a second
 * @param clientMessages messages of clients a second
 */
export function callsOf(
  load: Load,
  coalescing: Coalescing,
  handshakes: number,
  clientMessages: number,
): readonly Calls[] {
  const seconds = secondsOfCall;
  const beats = heartbeatsPerSecond(load);
  const lanes = underWay(coalescing);
  const flushes = lanes.reduce((sum, { flushesPerSecond }) => sum + flushesPerSecond, 0);
  const flushing = lanes.reduce((sum, lane) => sum + lane.flushesPerSecond * lane.flushSeconds, 0);
  const isLarge = workersOf(load) > 1;
  // A heartbeat lists all connections, even those that it skips. Listing takes little time.
  const alone = load.heartbeat === 'always' ? coalescing.separateHeartbeats : postedShare(load);
  const beat = secondsOfHeartbeat(load, averageConnections(load)) * alone + seconds(4);
  const beating = beats * (seconds(3) + (isLarge ? 0 : beat));
  const calls: readonly Omit<Calls, 'megabytes'>[] = [
    { name: 'broadcast', ...broadcastsOf(load, coalescing) },
    {
      name: 'heartbeat',
      perSecond: beats + planningCalls,
      seconds: (beating + planningCalls * seconds(3)) / (beats + planningCalls),
    },
    {
      name: 'deliver',
      perSecond: isLarge ? (flushes + beats) * shardCount : 0,
      seconds: (flushing + beats * beat) / (flushes + beats),
    },
    { name: 'authorizer', perSecond: handshakes, seconds: seconds(0) + 0.002 },
    { name: 'connect', perSecond: handshakes, seconds: seconds(3) },
    { name: 'disconnect', perSecond: handshakes, seconds: seconds(1) },
    { name: 'default', perSecond: clientMessages, seconds: seconds(3) },
    { name: 'health', perSecond: healthChecksPerMinute / 60, seconds: seconds(2) },
  ];
  return calls.map((each) => ({ ...each, megabytes: megabytesOf(load, each.name) }));
}

/** Calls of DynamoDB for an event that is recorded as pending: register, pending item, and the second read of the lease. */
const recorderCalls = 3;

/**
 * Calls of DynamoDB for an event that acquires the lease, without its flush: writing the register, acquiring and releasing the
 * lease, two reads of pending events, and marking the register as broadcast.
 */
const holderCalls = 6;

/** The invocations of `broadcast` for reports that only restart a time to live, each of which takes one write. */
export function keepAliveCallsOf(load: Load): Calls {
  const [name, perSecond] = ['broadcast', load.keepAlivesPerSecond] as const;
  return { name, perSecond, seconds: secondsOfCall(1), megabytes: megabytesOf(load, name) };
}

function broadcastsOf(load: Load, coalescing: Coalescing): Pick<Calls, 'perSecond' | 'seconds'> {
  const packs = packsPerSecond(load);
  const { held, holdsPerSecond: holds, recordedPerSecond: recorded } = coalescing;
  if (load.coalesceMilliseconds === 'off') {
    const fanOut = workersOf(load) === 1 ? coalescing.single.flushSeconds : 0;
    return { perSecond: packs, seconds: secondsOfCall(3) + fanOut };
  }
  // The registers of a pack are written concurrently, so each further one takes only CPU time.
  const unpacking = ((load.eventsPerPack - 1) * sdkCallMilliseconds) / 1000;
  const busy =
    packs * unpacking +
    recorded * secondsOfCall(recorderCalls) +
    failedAcquisitionsPerSecond(coalescing) * (callMilliseconds / 1000) +
    holds * secondsOfCall(holderCalls - 1) +
    held;
  return { perSecond: packs, seconds: packs === 0 ? 0 : busy / packs };
}

/**
 * Failed attempts to acquire the lease, a second. An event that finds the lease held has tried to acquire it, unless its
 * execution environment remembers that it is held. Events are assumed to be spread evenly over environments.
 */
export function failedAcquisitionsPerSecond({ recordedPerSecond: recorded }: Coalescing): number {
  const environments = 1 + recorded * secondsOfCall(recorderCalls);
  return recorded * Math.exp((-recorded / environments) * pending.heldRememberedSeconds);
}
