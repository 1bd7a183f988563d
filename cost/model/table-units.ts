// Computes what a load reads, writes and stores in the table, in the units that DynamoDB bills.
import { failedAcquisitionsPerSecond } from './calls';
import type { Coalescing } from './coalescing';
import { workersOf } from './fan-out-time';
import { averageConnections, heartbeatsPerSecond, planningCalls, type Load } from './load';
import {
  agentBytes,
  deletionSeconds,
  healthChecksPerMinute,
  pending,
  recordBytes,
  shardCount,
  snapshot,
  storedOverheadBytes,
  timeline,
} from './measured';

/**
 * Read units a second. An eventually consistent read takes half a unit for 4 KB, and at least half a unit for each shard; a
 * strongly consistent read takes twice as much.
 * @param handshakes handshakes a second
 */
export function readUnits(load: Load, coalescing: Coalescing, handshakes: number): number {
  const connections = averageConnections(load);
  const listing = (shardCount / 2) * Math.max(1, (connections * recordBytes) / shardCount / 4096);
  const fanOuts = coalescing.flushesPerSecond + heartbeatsPerSecond(load);
  const items = load.agents + load.sessions;
  const sync = Math.max(shardCount / 2, (items * snapshot.readUnits) / snapshot.items);
  // Below 1,000 connections, `/health` lists all of them with strongly consistent reads.
  const health = (healthChecksPerMinute / 60) * (connections < 1_000 ? 2 * listing : 1);
  const lease = load.coalesceMilliseconds === 'off' ? 0 : leaseReads(load, coalescing);
  // A handshake reads the snapshot, and with strongly consistent reads the user's other connections, and its own record twice.
  return (
    fanOuts * listing +
    heartbeatsPerSecond(load) * silenceUnits(load) +
    lease +
    planningCalls +
    handshakes * (sync + 3) +
    health
  );
}

/** Read units of a heartbeat that looks for silent agents: it reads the registers of all agents. */
function silenceUnits({ agents }: Load): number {
  return (shardCount / 2) * Math.max(1, (agents * agentBytes) / shardCount / 4096);
}

/**
 * Read units a second for the lease and the pending items. All reads are strongly consistent. A holder flushes its own event,
 * and reads the pending items before each following flush, after the last flush, and once more after the release. Each of
 * these reads covers what was recorded since the previous one, and the overlap.
 */
function leaseReads(load: Load, coalescing: Coalescing): number {
  const { flushesPerSecond, holdsPerSecond, recordedPerSecond, intervalSeconds } = coalescing;
  const recent = recordedPerSecond * (pending.overlapSeconds + intervalSeconds);
  const each = (recent * pendingBytes(load)) / pending.partitions / 4096;
  const looks = flushesPerSecond + holdsPerSecond;
  return recordedPerSecond + looks * pending.partitions * Math.max(1, each);
}

/**
 * Write units a second: registers, pending items, the lease, recent fan-outs, connection counts, the heartbeat plan, and the
 * items of connections.
 * @param handshakes handshakes a second
 */
export function writeUnits(load: Load, coalescing: Coalescing, handshakes: number): number {
  const { eventsPerSecond: events, heartbeat, heartbeatSeconds, eventsPerPack } = load;
  const { flushesPerSecond, holdsPerSecond, recordedPerSecond } = coalescing;
  // Only an invocation that acquires the lease marks the register as broadcast.
  const registers =
    (events + holdsPerSecond * eventsPerPack) * Math.ceil(load.messageBytes / 1024) +
    recordedPerSecond * Math.ceil(pendingBytes(load) / 1024);
  // Acquired and released once for each hold, and refreshed for each flush after the first. A failed attempt costs a write, too.
  const lease =
    load.coalesceMilliseconds === 'off'
      ? 0
      : flushesPerSecond + holdsPerSecond + failedAcquisitionsPerSecond(coalescing);
  // Recent fan-outs are recorded at most four times in a heartbeat interval, by each worker.
  const notes = Math.min(flushesPerSecond, 4 / heartbeatSeconds) * workersOf(load);
  return (
    registers +
    lease +
    (heartbeat === 'always' ? 0 : notes) +
    heartbeatsPerSecond(load) * (shardCount + 1) +
    planningCalls +
    // Rate limit and record of a handshake, rate limits of two messages and a sync, the refreshed expiry, and the deletion.
    handshakes * 11
  );
}

/** Write units a second of timelines. All events are counted as those of sessions. */
export function timelineWriteUnits({ eventsPerSecond, timelineHours, messageBytes }: Load): number {
  return timelineHours === 0 ? 0 : eventsPerSecond * Math.ceil(timelineBytes(messageBytes) / 1024);
}

/** Size of an event in a timeline, whose names are shorter than those of its message. */
function timelineBytes(messageBytes: number): number {
  return Math.max(1, messageBytes - timeline.savedBytes);
}

/** Stored bytes of timelines: the events of the last hours, and those that TTL has not deleted yet. */
export function timelineStoredBytes(load: Load): number {
  const { eventsPerSecond, timelineHours, messageBytes } = load;
  if (timelineHours === 0) return 0;
  const each = timelineBytes(messageBytes) + storedOverheadBytes;
  return eventsPerSecond * (timelineHours * 3600 + deletionSeconds) * each;
}

/** Stored bytes: connections, registers, and pending items that TTL has not deleted yet. Deletion by TTL is free. */
export function storedBytes(load: Load, { recordedPerSecond }: Coalescing): number {
  const items = load.agents + load.sessions;
  const register = load.messageBytes + storedOverheadBytes;
  return (
    averageConnections(load) * (recordBytes + storedOverheadBytes) +
    items * register +
    recordedPerSecond * deletionSeconds * (pendingBytes(load) + storedOverheadBytes)
  );
}

/** Size of a pending item in bytes. */
function pendingBytes({ messageBytes, eventsPerPack }: Load): number {
  return pending.itemBytes + eventsPerPack * (messageBytes + 1);
}
