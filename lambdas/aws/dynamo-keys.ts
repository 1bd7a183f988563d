// The keys of the one table: which items lie side by side, and in which order.
import { shardOf } from '../core/shard';
import type { ConnectionKey } from '../core/ports';

/** `#` separates the parts of a key, so ids that contain it are encoded. */
export function encodeId(id: string): string {
  return id.replace(/[%#]/g, encodeURIComponent);
}

export function decodeId(encoded: string): string {
  return encoded.replace(/%2[35]/g, decodeURIComponent);
}

export const censusPartition = 'census';

export function connectionPartition(shard: number): string {
  return `connections#${shard}`;
}

/** What the sort keys of a user's connections begin with. */
export function userPrefix(userId: string): string {
  return `${encodeId(userId)}#`;
}

export function connectionKey({ userId, connectionId }: ConnectionKey): { pk: string; sk: string } {
  return {
    pk: connectionPartition(shardOf(userId)),
    sk: userPrefix(userId) + encodeId(connectionId),
  };
}

/** Reads a connection's sort key. */
export function parseConnectionSortKey(sk: string): ConnectionKey {
  const separator = sk.indexOf('#');
  return {
    userId: decodeId(sk.slice(0, separator)),
    connectionId: decodeId(sk.slice(separator + 1)),
  };
}
