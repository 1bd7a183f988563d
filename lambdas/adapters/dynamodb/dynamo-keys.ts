// Builds and parses the keys of the table.
import { itemKinds } from '#lambdas/contract/table-keys';
import { shardOf } from '#core/shard';
import type { PendingItem } from '#core/coalescing/ports';
import type { ConnectionKey } from '#core/connections/ports';
import { positionOf, type Place, type Position } from '#core/timeline/position';
import type { SessionIds } from '#core/timeline/ports';
import {
  definitionOf,
  eventTypeDefinitions,
  idsOf,
  type AnyDefinition,
  type EventMessage,
  type SessionActivity,
} from '#sdk/protocol';

/** `#` separates the parts of a key, so ids that contain it are encoded. */
export function encodeId(id: string): string {
  return id.replace(/[%#]/g, encodeURIComponent);
}

function decodeId(encoded: string): string {
  // Almost no id has encoded characters, and this runs for every connection of a fan-out.
  return encoded.includes('%') ? encoded.replace(/%2[35]/g, decodeURIComponent) : encoded;
}

export const connectionCountPartition = itemKinds.connectionCounts;

export const recentFanOutPartition = itemKinds.recentFanOuts;

export const heartbeatPartition = itemKinds.heartbeats;

export const leasePartition = itemKinds.lease;

export function connectionPartition(shard: number): string {
  return `${itemKinds.connections}${shard}`;
}

/** The prefix of the sort keys of a user's connections. */
export function userPrefix(userId: string): string {
  return `${encodeId(userId)}#`;
}

export function connectionKey({ userId, connectionId }: ConnectionKey): { pk: string; sk: string } {
  return {
    pk: connectionPartition(shardOf(userId)),
    sk: userPrefix(userId) + encodeId(connectionId),
  };
}

/**
 * The key of a user's marker, beside the user's connections: one query reads both. Its last part cannot be the id of a
 * connection, because it begins with the separator, which is encoded in ids.
 */
export function markerKey(userId: string): { pk: string; sk: string } {
  return { pk: connectionPartition(shardOf(userId)), sk: `${userPrefix(userId)}#disconnected` };
}

/** Whether a sort key in a partition of connections is a marker's. */
export function isMarkerSortKey(sk: string): boolean {
  return sk.endsWith('##disconnected');
}

/** Reads a connection's sort key. */
export function parseConnectionSortKey(sk: string): ConnectionKey {
  const separator = sk.indexOf('#');
  return {
    userId: decodeId(sk.slice(0, separator)),
    connectionId: decodeId(sk.slice(separator + 1)),
  };
}

export function statePartition(shard: number): string {
  return `${itemKinds.state}${shard}`;
}

/** The key of an event's register, e.g. `session#<agentId>#<sessionId>`. The sessions of an agent are adjacent. */
export function stateKey(event: EventMessage): { pk: string; sk: string } {
  const kind = kindOf(definitionOf(event.type));
  return {
    pk: statePartition(shardOf(event.payload.agentId)),
    sk: [kind, ...idsOf(event).map(encodeId)].join('#'),
  };
}

/** Keys of registers: a whole partition, one sort key in it, or all sort keys that begin with a prefix. */
export interface StateRange {
  readonly pk: string;
  readonly sk?: string;
  readonly prefix?: string;
}

/** The keys of all registers of an agent: one range for each event type. */
export function stateRangesOf(agentId: string): readonly StateRange[] {
  const pk = statePartition(shardOf(agentId));
  return eventTypeDefinitions.map((definition) => {
    const sk = `${kindOf(definition)}#${encodeId(agentId)}`;
    const ids = Object.values(definition.fields).filter((kind) => kind === 'id');
    return ids.length === 1 ? { pk, sk } : { pk, prefix: `${sk}#` };
  });
}

/** The keys of all registers in a shard whose agents can be silent. */
export function rangesOfSilent(shard: number): readonly StateRange[] {
  return eventTypeDefinitions
    .filter(({ whenSilent }) => whenSilent !== undefined)
    .map((definition) => ({ pk: statePartition(shard), prefix: `${kindOf(definition)}#` }));
}

/** Parses a register's sort key. The definition is undefined if this version does not know the event type. */
export function parseStateSortKey(sk: string): {
  readonly definition: AnyDefinition | undefined;
  readonly ids: readonly string[];
} {
  const [kind = '', ...ids] = sk.split('#');
  return { definition: definitionsByKind.get(kind), ids: ids.map(decodeId) };
}

/** The prefix of the sort keys of an event type's registers: the singular of its `list`, e.g. `session`. */
function kindOf({ list }: AnyDefinition): string {
  return list.slice(0, -1);
}

const definitionsByKind = new Map(
  eventTypeDefinitions.map((definition) => [kindOf(definition), definition]),
);

export function rateLimitKey(userId: string, what: string): { pk: string; sk: string } {
  return { pk: `${itemKinds.rateLimits}${encodeId(userId)}`, sk: what };
}

/** A partition takes at most 1,000 writes a second, and DynamoDB cannot split one whose sort keys ascend. */
const pendingPartitionCount = 4;

export const pendingPartitions: readonly string[] = Array.from(
  { length: pendingPartitionCount },
  (_, partition) => `${itemKinds.pending}${partition}`,
);

/** The prefix of the sort keys of items that were recorded at this time; it determines their order. */
export function pendingPrefix(recordedAt: number): string {
  return sortableTime(recordedAt);
}

/** A time whose order as text is that of the numbers. */
function sortableTime(milliseconds: number): string {
  return String(milliseconds).padStart(15, '0');
}

export function pendingKey({ id, recordedAt }: Pick<PendingItem, 'id' | 'recordedAt'>): {
  pk: string;
  sk: string;
} {
  return {
    pk: `${itemKinds.pending}${shardOf(id) % pendingPartitionCount}`,
    sk: `${pendingPrefix(recordedAt)}#${encodeId(id)}`,
  };
}

/** Reads a pending item's sort key. */
export function parsePendingSortKey(sk: string): Pick<PendingItem, 'id' | 'recordedAt'> {
  const separator = sk.indexOf('#');
  return {
    recordedAt: Number(sk.slice(0, separator)),
    id: decodeId(sk.slice(separator + 1)),
  };
}

/** The partition of the timeline of a session. */
export function timelinePartition({ agentId, sessionId }: SessionIds): string {
  return `${itemKinds.timeline}${encodeId(agentId)}#${encodeId(sessionId)}`;
}

/** The key of an event in the timeline of its session. A repeated event has the same one. */
export function timelineKey(event: SessionActivity): { pk: string; sk: string } {
  return { pk: timelinePartition(event), sk: timelineSortKey(positionOf(event)) };
}

/** Without a hash: a text that is less than the sort keys of all events with this timestamp, and greater than those before. */
export function timelineSortKey({ timestamp, hash }: Place): string {
  return `${sortableTime(timestamp)}#${hash ?? ''}`;
}

/** Reads the sort key of an event in a timeline. */
export function parseTimelineSortKey(sk: string): Position {
  const [timestamp, hash = ''] = sk.split('#');
  return { timestamp: Number(timestamp), hash };
}
