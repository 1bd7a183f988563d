// Spreads keys over the partitions of the table.

/** How many partitions the connections, and later the state, are spread over. */
export const shardCount = 16;

/** Every shard's number. */
export const shards: readonly number[] = Array.from({ length: shardCount }, (_, shard) => shard);

/**
 * The shard of an id, by 32-bit FNV-1a over its UTF-8 bytes.
 * @see https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
 */
export function shardOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(id)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  // FNV's low bits are its weakest: fold the high half in before taking the remainder.
  return ((hash ^ (hash >>> 16)) >>> 0) % shardCount;
}
