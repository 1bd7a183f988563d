// What a load reads, writes and stores in the table, in the units that DynamoDB bills.
import { vainTriesPerSecond } from './calls';
import type { Coalescing } from './coalescing';
import { workersOf } from './fan-out-time';
import { averageConnections, beatsPerSecond, planningCalls, type Load } from './load';
import {
  deletionSeconds,
  healthChecksPerMinute,
  pending,
  recordBytes,
  shardCount,
  snapshot,
  storedOverheadBytes,
} from './measured';

/** Read units a second: half a unit for 4 KB, at the least half a unit for each shard; a consistent read takes twice as much. */
export function readUnits(load: Load, coalescing: Coalescing, handshakes: number): number {
  const connections = averageConnections(load);
  const listing = (shardCount / 2) * Math.max(1, (connections * recordBytes) / shardCount / 4096);
  const fanOuts = coalescing.flushesPerSecond + beatsPerSecond(load);
  const items = load.agents + load.sessions;
  const sync = Math.max(shardCount / 2, (items * snapshot.readUnits) / snapshot.items);
  // Of a handshake: the user's other connections, consistently.
  const health = (healthChecksPerMinute / 60) * (connections < 1_000 ? 2 * listing : 1);
  const lease = load.coalesceMilliseconds === 'off' ? 0 : leaseReads(load, coalescing);
  return fanOuts * listing + lease + planningCalls + handshakes * (sync + 1) + health;
}

/**
 * Looks at the lease and at what is pending, all consistent. A holder flushes its own event, looks before each flush that
 * follows and finds nothing after the last one, and looks once more after it has released. Each look reads what came
 * since the last one, and the overlap.
 */
function leaseReads(load: Load, coalescing: Coalescing): number {
  const { flushesPerSecond, holdsPerSecond, recordedPerSecond, intervalSeconds } = coalescing;
  const recent = recordedPerSecond * (pending.overlapSeconds + intervalSeconds);
  const each = (recent * pendingBytes(load)) / pending.partitions / 4096;
  const looks = flushesPerSecond + holdsPerSecond;
  return recordedPerSecond + looks * pending.partitions * Math.max(1, each);
}

/** Write units a second: registers, what is pending, the lease, connection counts, which heartbeat is sent, and records of connections. */
export function writeUnits(load: Load, coalescing: Coalescing, handshakes: number): number {
  const { eventsPerSecond: events, heartbeat, heartbeatSeconds, eventsPerPack } = load;
  const { flushesPerSecond, holdsPerSecond, recordedPerSecond } = coalescing;
  // Whoever acquires the lease notes in the register that its event is broadcast; others leave that out.
  const registers =
    (events + holdsPerSecond * eventsPerPack) * Math.ceil(load.messageBytes / 1024) +
    recordedPerSecond * Math.ceil(pendingBytes(load) / 1024);
  // Acquired and released for each hold, and refreshed for each flush after its first. A vain attempt costs a write as well.
  const lease =
    load.coalesceMilliseconds === 'off'
      ? 0
      : flushesPerSecond + holdsPerSecond + vainTriesPerSecond(coalescing);
  // A quarter of an interval passes between two notes, by a worker of each shard.
  const notes = Math.min(flushesPerSecond, 4 / heartbeatSeconds) * workersOf(load);
  return (
    registers +
    lease +
    (heartbeat === 'always' ? 0 : notes) +
    beatsPerSecond(load) * (shardCount + 1) +
    planningCalls +
    // A handshake's rate limit and record, the rate limits of two messages and a sync, the refreshed expiry, and the removal.
    handshakes * 11
  );
}

/** Bytes that lie in the table: records, registers, and what waits for its deletion by TTL, which costs nothing. */
export function storedBytes(load: Load, { recordedPerSecond }: Coalescing): number {
  const items = load.agents + load.sessions;
  const register = load.messageBytes + storedOverheadBytes;
  return (
    averageConnections(load) * (recordBytes + storedOverheadBytes) +
    items * register +
    recordedPerSecond * deletionSeconds * (pendingBytes(load) + storedOverheadBytes)
  );
}

/** Of an event or a pack that waits for a flush. */
function pendingBytes({ messageBytes, eventsPerPack }: Load): number {
  return pending.itemBytes + eventsPerPack * (messageBytes + 1);
}
