// The variants of `fan-out`, which send one message to all connections.

/** The names of the variants, in the order of the table. */
export const variantNames = ['fast', 'unsigned', 'sdk-bounded', 'sdk-promise-all'] as const;
export type VariantName = (typeof variantNames)[number];

/** The target of the posts. Environment variables configure the table of the connections. */
export interface Surroundings {
  /** The stage's @connections URL. */
  readonly callbackUrl: string;
  readonly region: string;
  /** Maximum posts a second of the variant `fast`, which may then leave out connections. Default: no limit. */
  readonly maxPostsPerSecond?: number;
  /** Whether each connection watches one agent, which reports nothing. Default: no. */
  readonly watching?: boolean;
}

/** Sends a message to all connections of the table with so many connections, and returns the number of delivered posts. */
export type Send = (message: string, connections: number) => Promise<number>;

/** Maximum number of posts in flight, and of sockets. */
export const concurrency = 128;
