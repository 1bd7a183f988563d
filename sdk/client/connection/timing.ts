// All durations of the client, in milliseconds. Each is an option.

/** Every duration that the client goes by, in milliseconds. */
export interface Timing {
  /** The bound of the wait after a lost connection; it doubles with every failure. Default: 1,000. */
  readonly backoffBaseMs: number;
  /** The greatest bound of a wait. Default: 30,000. */
  readonly backoffCapMs: number;
  /** A connection that has been open for so long counts as stable: the backoff starts again. Default: 5,000. */
  readonly stableAfterMs: number;
  /** The timeout of `getToken`. Default: 30,000. */
  readonly tokenTimeoutMs: number;
  /** The timeout of a handshake; also the time until a snapshot that has not come is asked for again. Default: 10,000. */
  readonly connectTimeoutMs: number;
  /**
   * The server's heartbeat interval, until a snapshot says it; silence of 2.5 intervals means dead. Default: 30,000.
   */
  readonly heartbeatMs: number;
  /** The timeout of a ping, after which the connection is dead. Default: 3,000. */
  readonly pongTimeoutMs: number;
  /** A fresh token is sent so long before the old one expires. Default: 60,000. */
  readonly refreshBeforeMs: number;
  /** A connection is replaced by a new one at a random time from this age … Default: 5,400,000 (90 minutes). */
  readonly rotateMinMs: number;
  /** … to this age. API Gateway ends every connection after two hours. Default: 6,600,000 (110 minutes). */
  readonly rotateMaxMs: number;
  /** How long messages of a replaced connection are still taken. Default: 2,000. */
  readonly lingerMs: number;
  /** About the time between attempts while tokens are refused: from 0.75 to 1.25 of it. Default: 60,000. */
  readonly unauthorizedRetryMs: number;
  /** The longest wait after the server gave this connection's place to another; at least half of it. Default: 600,000. */
  readonly replacedRetryMs: number;
}

export const defaultTiming: Timing = {
  backoffBaseMs: 1_000,
  backoffCapMs: 30_000,
  stableAfterMs: 5_000,
  tokenTimeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  heartbeatMs: 30_000,
  pongTimeoutMs: 3_000,
  refreshBeforeMs: 60_000,
  rotateMinMs: 90 * 60_000,
  rotateMaxMs: 110 * 60_000,
  lingerMs: 2_000,
  unauthorizedRetryMs: 60_000,
  replacedRetryMs: 600_000,
};
