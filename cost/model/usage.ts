// Computes the monthly usage of a load: units for each item of the bill.
import type { FunctionName } from '#lambdas/contract/setting';
import { callsOf, keepAliveCallsOf, type Calls } from './calls';
import { coalescingOf, eventPostsPerSecond, heartbeatPostsPerSecond, underWay } from './coalescing';
import type { Lane } from './lanes';
import {
  averageConnections,
  heartbeatsPerSecond,
  megabytesOf,
  packsPerSecond,
  planningCalls,
  secondsPerMonth,
  type Load,
} from './load';
import {
  connectionMinutes,
  healthChecksPerMinute,
  heartbeatBytes,
  logged,
  metrics,
  overheadBytes,
  pollsPerSecond,
  sampled,
  segment,
  snapshot,
} from './measured';
import type { Unit } from './prices';
import {
  readUnits,
  storedBytes,
  timelineStoredBytes,
  timelineWriteUnits,
  writeUnits,
} from './table-units';

/** One item of the bill. */
export interface Usage {
  readonly item: string;
  readonly unit: Unit;
  readonly units: number;
}

type ItemPerSecond = readonly [item: string, unit: Unit, units: number];

/** The units of a month of thirty days, by item. */
export function usageOf(load: Load): readonly Usage[] {
  const connections = averageConnections(load);
  const coalescing = coalescingOf(load);
  const { flushesPerSecond: flushes } = coalescing;
  const beats = heartbeatsPerSecond(load);
  const heartbeats = heartbeatPostsPerSecond(load, coalescing);
  const handshakes = connections / (connectionMinutes * 60);
  const items = load.agents + load.sessions;
  const snapshotMessages = Math.max(1, (items * snapshot.messages) / snapshot.items);
  // Each connection sends `state:sync` once, and refreshes its token once.
  const clientMessages = 2 * handshakes;
  const answers = handshakes * (snapshotMessages + 1);
  const calls = callsOf(load, coalescing, handshakes, clientMessages);
  const health = healthChecksPerMinute / 60;
  const packs = packsPerSecond(load);
  const jobs = calls.find(({ name }) => name === 'deliver')?.perSecond ?? 0;
  const invocations = calls.reduce((sum, { perSecond }) => sum + perSecond, 0);
  const roots = invocations - jobs;
  // Functions that anybody can invoke are not traced: authorizer, connect and health.
  const traced = roots + load.keepAlivesPerSecond - 2 * handshakes - health;
  const perSecond: readonly ItemPerSecond[] = [
    ['messages of events', 'webSocketMessage', eventPostsPerSecond(coalescing)],
    ['heartbeats', 'webSocketMessage', heartbeats],
    ['clients’ messages and answers', 'webSocketMessage', clientMessages + answers],
    ['being connected', 'connectionMinute', connections / 60],
    ...calls.flatMap((each) => durationOf(load, each)),
    ...provisionedOf(load),
    ['Lambda requests', 'lambdaRequest', invocations],
    ['DynamoDB reads', 'readUnit', readUnits(load, coalescing, handshakes)],
    ['DynamoDB writes', 'writeUnit', writeUnits(load, coalescing, handshakes)],
    ['timelines', 'writeUnit', timelineWriteUnits(load)],
    ['EventBridge', 'event', packs],
    ...keepAlivesOf(load),
    ['Scheduler', 'scheduledCall', planningCalls],
    // A message is sent, received and deleted.
    ['SQS', 'queueRequest', pollsPerSecond + 3 * (beats + jobs)],
    [
      'logs',
      'loggedByte',
      // An event that is recorded as pending logs nothing. The flush logs for it.
      (flushes + beats + jobs) * logged.fanOut +
        (roots - packs - beats) * logged.call +
        (2 * handshakes + clientMessages) * (logged.accessLine + logged.lineOverhead) +
        health * (logged.accessBefore + logged.lineOverhead),
    ],
    ['traces', 'trace', Math.min(traced, sampled.perSecond + traced * sampled.share)],
    ['HTTP API', 'httpRequest', health],
    [
      'data transfer',
      'sentByte',
      underWay(coalescing).reduce((sum, lane) => sum + bytesOnWirePerSecond(lane), 0) +
        heartbeats * (heartbeatBytes + overheadBytes) +
        handshakes * ((items * load.messageBytes) / 2 + answers * overheadBytes),
    ],
  ];
  return [
    ...perSecond.map(([item, unit, units]) => ({ item, unit, units: units * secondsPerMonth })),
    { item: 'metrics', unit: 'metric', units: metrics },
    { item: 'DynamoDB storage', unit: 'storedByte', units: storedBytes(load, coalescing) },
    { item: 'storage of timelines', unit: 'storedByte', units: timelineStoredBytes(load) },
  ];
}

/** What reports cost that only restart a time to live: an item of its own, which has several units. None without such reports. */
function keepAlivesOf(load: Load): readonly ItemPerSecond[] {
  const { keepAlivesPerSecond: reports } = load;
  if (reports === 0) return [];
  const units = {
    event: reports,
    writeUnit: reports,
    lambdaRequest: reports,
    lambdaGigabyteSecond: gigabyteSecondsOf(keepAliveCallsOf(load)),
    loggedByte: reports * logged.call,
  };
  const entries = Object.entries(units) as [keyof typeof units, number][];
  return entries.map(([unit, number]) => ['agents that are kept alive', unit, number] as const);
}

/**
 * The duration of the calls of a function. They use the environments that are always ready first; all other calls are as many as do
 * not fit into these environments, if calls are spread evenly.
 */
function durationOf(load: Load, calls: Calls): readonly ItemPerSecond[] {
  const item = `Lambda ${calls.name}`;
  const all = gigabyteSecondsOf(calls);
  const ready: Readonly<Partial<Record<FunctionName, number>>> = load.provisionedConcurrency;
  const environments = ready[calls.name] ?? 0;
  if (environments === 0) return [[item, 'lambdaGigabyteSecond', all]];
  const inThem = Math.min(all, (environments * calls.megabytes) / 1024);
  return [
    [item, 'lambdaGigabyteSecond', all - inThem],
    [item, 'provisionedCallGigabyteSecond', inThem],
  ];
}

/** What environments cost that are always ready, without their calls. None without such environments. */
function provisionedOf(load: Load): readonly ItemPerSecond[] {
  const entries = Object.entries(load.provisionedConcurrency) as [FunctionName, number][];
  if (entries.length === 0) return [];
  const gigabytes = entries.reduce(
    (sum, [name, environments]) => sum + (environments * megabytesOf(load, name)) / 1024,
    0,
  );
  return [['provisioned concurrency', 'provisionedGigabyteSecond', gigabytes]];
}

function gigabyteSecondsOf({ perSecond, seconds, megabytes }: Calls): number {
  return (perSecond * seconds * megabytes) / 1024;
}

/** Bytes a second that the flushes of a lane send, including protocol overhead. Long posts take several TCP segments. */
function bytesOnWirePerSecond({ flushesPerSecond, connections, posts, bytes }: Lane): number {
  const further = Math.max(0, bytes / segment.bytes - posts);
  const toOne = bytes + posts * overheadBytes + further * segment.overheadBytes;
  return flushesPerSecond * connections * toOne;
}
