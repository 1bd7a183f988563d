// Spreads keys over the partitions of the table.

/** How many partitions the connections, and the state, are spread over. */
export const shardCount = 16;

/** Every shard's number. */
export const shards: readonly number[] = Array.from({ length: shardCount }, (_, shard) => shard);

/**
 * The shard of an id, by 32-bit FNV-1a over its UTF-8 bytes.
 * @see https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
 */
export function shardOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    const code = id.charCodeAt(index);
    // ASCII is its own UTF-8, and all that most ids are made of: this runs for every connection of a fan-out.
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
  // FNV's low bits are its weakest: fold the high half in before taking the remainder.
  return ((hash ^ (hash >>> 16)) >>> 0) % shardCount;
}
