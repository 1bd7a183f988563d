// Converts connections, and the markers of disconnected users, to items of the table and back.
import { maxHeartbeatSeconds } from '#sdk/protocol';
import type { Connection, DisconnectMarker } from '#core/connections/ports';
import { viewOf } from '#core/connections/view';
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
  /** The patterns of the scope, as a JSON list. Present only if the service has scopes. */
  readonly scope?: string;
  /** The patterns of the subscription, as a JSON list. Present only after a `subscribe`, or if the client has announced one. */
  readonly agents?: string;
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
  const { connectedAt, expiresAt, batches = false, view: { scope, agents } = {} } = connection;
  return {
    ...connectionKey(connection),
    connectedAt,
    validUntil: expiresAt,
    [ttlAttribute]: ttlOfConnection(expiresAt),
    ...(batches && { batches }),
    ...(scope !== undefined && { scope }),
    ...(agents !== undefined && { agents }),
  };
}

export function ttlOfConnection(expiresAt: number): number {
  return ttlOf(expiresAt + graceMilliseconds, 'down');
}

/** @param isScoped whether the service has scopes */
export function toConnection(
  { sk, connectedAt, validUntil, batches, scope, agents }: ConnectionItem,
  isScoped: boolean,
): Connection {
  const view = viewOf(scope, agents);
  return {
    ...parseConnectionSortKey(sk),
    ...{ connectedAt, expiresAt: expiryIn(validUntil, scope, isScoped) },
    ...(batches && { batches }),
    ...(view && { view }),
  };
}

/**
 * The expiry of a connection. If the service has scopes, a record without one was written before it had them, so that it is
 * not known what its user may see. It counts as expired: nothing is posted, and its client has to connect again.
 */
export function expiryIn(validUntil: number, scope: string | undefined, isScoped: boolean): number {
  return isScoped && scope === undefined ? 0 : validUntil;
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
