// What a load uses in a month: units by item, as they stand on the bill.
import { secondsToLastClient, workersOf } from './fan-out-time';
import {
  averageConnections,
  beatsPerSecond,
  postedShare,
  secondsPerMonth,
  type Load,
} from './load';
import {
  callMilliseconds,
  connectionMinutes,
  healthChecksPerMinute,
  heartbeatBytes,
  invocationMilliseconds,
  logged,
  metrics,
  overheadBytes,
  pollsPerSecond,
  recordBytes,
  sampled,
  shardCount,
  snapshot,
} from './measured';
import type { Unit } from './prices';

/** One line of the bill. */
export interface Usage {
  readonly item: string;
  readonly unit: Unit;
  readonly units: number;
}

/** A function's calls: how many a second, how long each, and with how much memory (infra/constructs). */
interface Calls {
  readonly name: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly megabytes: number;
}

/** Calls of the schedule a second: each plans the heartbeats of a minute, and reads and writes where it is. */
const planningCalls = 1 / 60;

/** Units of a month by item. */
export function usageOf(load: Load): readonly Usage[] {
  const connections = averageConnections(load);
  const { eventsPerSecond: events, frameBytes } = load;
  const beats = beatsPerSecond(load);
  const heartbeats = connections * beats * postedShare(load);
  const handshakes = connections / (connectionMinutes * 60);
  const items = load.agents + load.sessions;
  const snapshotFrames = Math.max(1, (items * snapshot.frames) / snapshot.items);
  // Each connection asks once for the state, and refreshes its token once.
  const clientFrames = 2 * handshakes;
  const answers = handshakes * (snapshotFrames + 1);
  const calls = callsOf(load, handshakes, clientFrames);
  const health = healthChecksPerMinute / 60;
  const fanOuts = events + beats;
  const jobs = workersOf(load) === 1 ? 0 : fanOuts * shardCount;
  const invocations = calls.reduce((sum, { perSecond }) => sum + perSecond, 0);
  const roots = invocations - jobs;
  // Authorizer, connect and health: strangers decide how often they are called.
  const traced = roots - 2 * handshakes - health;
  const perSecond: readonly (readonly [item: string, unit: Unit, units: number])[] = [
    ['frames of events', 'webSocketMessage', connections * events],
    ['heartbeats', 'webSocketMessage', heartbeats],
    ['clients’ frames and answers', 'webSocketMessage', clientFrames + answers],
    ['being connected', 'connectionMinute', connections / 60],
    ...calls.map(({ name, perSecond, seconds, megabytes }) => {
      const gigabyteSeconds = (perSecond * seconds * megabytes) / 1024;
      return [`Lambda ${name}`, 'lambdaGigabyteSecond', gigabyteSeconds] as const;
    }),
    ['Lambda requests', 'lambdaRequest', invocations],
    ['DynamoDB reads', 'readUnit', readUnits(load, handshakes)],
    ['DynamoDB writes', 'writeUnit', writeUnits(load, handshakes)],
    ['EventBridge', 'event', events],
    ['Scheduler', 'scheduledCall', planningCalls],
    // A message is sent, received and deleted.
    ['SQS', 'queueRequest', pollsPerSecond + 3 * (beats + jobs)],
    [
      'logs',
      'loggedByte',
      (fanOuts + jobs) * logged.fanOut +
        (roots - fanOuts) * logged.call +
        (2 * handshakes + clientFrames) * (logged.accessLine + logged.lineOverhead) +
        health * (logged.accessBefore + logged.lineOverhead),
    ],
    ['traces', 'trace', Math.min(traced, sampled.perSecond + traced * sampled.share)],
    ['HTTP API', 'httpRequest', health],
    [
      'data transfer',
      'sentByte',
      connections * events * (frameBytes + overheadBytes) +
        heartbeats * (heartbeatBytes + overheadBytes) +
        handshakes * ((items * frameBytes) / 2 + answers * overheadBytes),
    ],
  ];
  return [
    ...perSecond.map(([item, unit, units]) => ({ item, unit, units: units * secondsPerMonth })),
    { item: 'metrics', unit: 'metric', units: metrics },
  ];
}

function callsOf(load: Load, handshakes: number, clientFrames: number): readonly Calls[] {
  const { eventsPerSecond: events } = load;
  const beats = beatsPerSecond(load);
  const connections = averageConnections(load);
  const workers = workersOf(load);
  const seconds = (dynamoCalls: number) =>
    (invocationMilliseconds + dynamoCalls * callMilliseconds) / 1000;
  const whole = secondsToLastClient(load, connections);
  // A heartbeat that spares reads the connections all the same, which is quick.
  const beat = whole * postedShare(load) + seconds(4);
  const own = (fanOut: number) => (workers === 1 ? fanOut : 0);
  const shared = workers === 1 ? 0 : shardCount;
  return [
    { name: 'broadcast', perSecond: events, seconds: seconds(3) + own(whole), megabytes: 1769 },
    {
      name: 'heartbeat',
      perSecond: beats + planningCalls,
      seconds:
        (beats * (seconds(3) + own(beat)) + planningCalls * seconds(3)) / (beats + planningCalls),
      megabytes: 1769,
    },
    {
      name: 'deliver',
      perSecond: (events + beats) * shared,
      seconds: events + beats === 0 ? 0 : (events * whole + beats * beat) / (events + beats),
      megabytes: 1769,
    },
    { name: 'authorizer', perSecond: handshakes, seconds: seconds(0) + 0.002, megabytes: 512 },
    { name: 'connect', perSecond: handshakes, seconds: seconds(3), megabytes: 512 },
    { name: 'disconnect', perSecond: handshakes, seconds: seconds(1), megabytes: 256 },
    { name: 'default', perSecond: clientFrames, seconds: seconds(3), megabytes: 1024 },
    { name: 'health', perSecond: healthChecksPerMinute / 60, seconds: seconds(2), megabytes: 256 },
  ];
}

/** Read units a second: half a unit for 4 KB, at the least half a unit for each shard. */
function readUnits(load: Load, handshakes: number): number {
  const connections = averageConnections(load);
  const listing = (shardCount / 2) * Math.max(1, (connections * recordBytes) / shardCount / 4096);
  const fanOuts = load.eventsPerSecond + beatsPerSecond(load);
  const items = load.agents + load.sessions;
  const sync = Math.max(shardCount / 2, (items * snapshot.readUnits) / snapshot.items);
  // Of a handshake: the user's other connections, consistently.
  const health = (healthChecksPerMinute / 60) * (connections < 1_000 ? 2 * listing : 1);
  return fanOuts * listing + planningCalls + handshakes * (sync + 1) + health;
}

/** Write units a second: a register and its completion, the census, which heartbeat is sent, and records of connections. */
function writeUnits(load: Load, handshakes: number): number {
  const { eventsPerSecond: events, heartbeat, heartbeatSeconds } = load;
  const registers = 2 * events * Math.ceil(load.frameBytes / 1024);
  // A quarter of an interval passes between two notes, by a worker of each shard.
  const notes = Math.min(events, 4 / heartbeatSeconds) * workersOf(load);
  return (
    registers +
    (heartbeat === 'always' ? 0 : notes) +
    beatsPerSecond(load) * (shardCount + 1) +
    planningCalls +
    // Of the handshake its limit and the record, of two frames and a sync their limits, the extension, the end.
    handshakes * 11
  );
}
