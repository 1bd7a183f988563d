// Assigns ids to shards, the partitions over which the table's items are spread.

/** The number of partitions over which connections are spread, and registers as well. */
export const shardCount = 16;

/** The numbers of all shards. */
export const shards: readonly number[] = Array.from({ length: shardCount }, (_, shard) => shard);

/**
 * The shard of an id, by 32-bit FNV-1a over its UTF-8 bytes.
 * @see https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
 */
export function shardOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    const code = id.charCodeAt(index);
    // Most ids are ASCII, whose characters are their own UTF-8 bytes. This runs for every connection of a fan-out.
    if (code > 0x7f) return foldIntoShard(hashBytes(hash, encoder.encode(id.slice(index))));
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  return foldIntoShard(hash);
}

const encoder = new TextEncoder();

function hashBytes(start: number, bytes: Uint8Array): number {
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), start);
}

function foldIntoShard(hash: number): number {
  // The low bits of FNV are its weakest: the high half is folded in before the remainder is taken.
  return ((hash ^ (hash >>> 16)) >>> 0) % shardCount;
}
