// What is compared: ways to send one message to every connection.

/** In the order of the table. */
export const variantNames = ['fast', 'unsigned', 'sdk-bounded', 'sdk-promise-all'] as const;
export type VariantName = (typeof variantNames)[number];

/** Where messages go. The environment says where the connections are. */
export interface Surroundings {
  /** The stage's @connections URL. */
  readonly callbackUrl: string;
  readonly region: string;
  /** Posts a second at the most, of `fast` alone, which then may leave connections over. Default: no limit. */
  readonly maxPostsPerSecond?: number;
}

/** Sends a message to all connections that are in a table; gives how many were delivered. */
export type Send = (message: string, connections: number) => Promise<number>;

/** Posts in flight, and sockets, at the most: as in lambdas/wiring/fan-out-dependencies.ts. */
export const concurrency = 128;
