// Declares the parts of the table that infra and the functions share: the names of its keys, and the kinds of its items.
/** The attributes of the table that infra uses. */
export const attributes = { partitionKey: 'pk', sortKey: 'sk', ttl: 'expiresAt' } as const;

/**
 * The kinds of items, each with the prefix of its partition keys. The role of a function allows only the kinds that it
 * needs. A key that ends in `#` is followed by a shard or an id.
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
  timeline: 'timeline#',
} as const;

export type ItemKind = keyof typeof itemKinds;
