// What infra and the functions agree on about the table: the names of its keys, and which items begin how.
/** Attributes of the table that infra has to know. */
export const attributes = { partitionKey: 'pk', sortKey: 'sk', ttl: 'expiresAt' } as const;

/**
 * What the table holds, by what the partition keys of its items begin with: a function may touch the kinds of items
 * that its job takes, and no other. A key that ends in `#` goes on with a shard or an id.
 */
export const itemKinds = {
  connections: 'connections#',
  connectionCounts: 'census',
  recentFanOuts: 'reach',
  heartbeats: 'heartbeat',
  state: 'state#',
  rateLimits: 'rate#',
  lease: 'lease',
  pending: 'pending#',
} as const;

export type ItemKind = keyof typeof itemKinds;
