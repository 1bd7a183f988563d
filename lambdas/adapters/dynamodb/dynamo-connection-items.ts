// Converts connections, and the markers of disconnected users, to items of the table and back.
import { maxHeartbeatSeconds } from '#sdk/protocol';
import type { Connection, DisconnectMarker } from '#core/connections/ports';
import { connectionKey, isMarkerSortKey, markerKey, parseConnectionSortKey } from './dynamo-keys';
import { ttlAttribute, ttlOf } from './dynamo-ttl';

export interface ConnectionItem {
  readonly pk: string;
  readonly sk: string;
  /** Milliseconds since the Unix epoch. */
  readonly connectedAt: number;
  /** Milliseconds since the Unix epoch: when the connection expires. */
  readonly validUntil: number;
  readonly [ttlAttribute]: number;
  /** Present only for connections that negotiated batches. */
  readonly batches?: true;
}

export interface MarkerItem {
  readonly pk: string;
  readonly sk: string;
  /** Milliseconds since the Unix epoch. */
  readonly disconnectedAt: number;
  /** Milliseconds since the Unix epoch: when the marker expires. */
  readonly validUntil: number;
  readonly [ttlAttribute]: number;
}

/**
 * How long a record is kept after its connection has expired: the next heartbeat needs the record to close the connection.
 * Twice the longest interval.
 */
const graceMilliseconds = 2 * maxHeartbeatSeconds * 1000;

export function toConnectionItem(connection: Connection): ConnectionItem {
  const { connectedAt, expiresAt, batches = false } = connection;
  return {
    ...connectionKey(connection),
    connectedAt,
    validUntil: expiresAt,
    [ttlAttribute]: ttlOfConnection(expiresAt),
    ...(batches && { batches }),
  };
}

export function ttlOfConnection(expiresAt: number): number {
  return ttlOf(expiresAt + graceMilliseconds, 'down');
}

export function toConnection({ sk, connectedAt, validUntil, batches }: ConnectionItem): Connection {
  return {
    ...parseConnectionSortKey(sk),
    ...{ connectedAt, expiresAt: validUntil },
    ...(batches && { batches }),
  };
}

export function isMarker(item: ConnectionItem | MarkerItem): item is MarkerItem {
  return isMarkerSortKey(item.sk);
}

export function toMarker({ disconnectedAt, validUntil }: MarkerItem): DisconnectMarker {
  return { disconnectedAt, endsAt: validUntil };
}

export function toMarkerItem(
  userId: string,
  { disconnectedAt, endsAt }: DisconnectMarker,
): MarkerItem {
  return {
    ...markerKey(userId),
    disconnectedAt,
    validUntil: endsAt,
    [ttlAttribute]: ttlOf(endsAt),
  };
}
