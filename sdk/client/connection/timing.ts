// The durations that the client uses, each of which is an option, and their defaults.

/** The durations that the client uses, in milliseconds. */
export interface Timing {
  /** The upper bound of the first wait; it doubles with each failure. Default: 1,000. */
  readonly backoffBaseMs: number;
  /** The maximum of that bound. Default: 30,000. */
  readonly backoffCapMs: number;
  /** A connection of this age counts as stable: the next wait is short again. Default: 5,000. */
  readonly stableAfterMs: number;
  /** The timeout of `getToken`. Default: 30,000. */
  readonly tokenTimeoutMs: number;
  /** The timeout of a handshake, and of a snapshot before it is requested again. Default: 10,000. */
  readonly connectTimeoutMs: number;
  /**
   * The heartbeat interval that is assumed until a snapshot contains the server's. A connection is dead after 2.5
   * intervals without a message. Default: 30,000.
   */
  readonly heartbeatMs: number;
  /** The timeout of a ping, after which the connection is dead. Default: 3,000. */
  readonly pongTimeoutMs: number;
  /** How long before its expiry a token is refreshed. Default: 60,000. */
  readonly refreshBeforeMs: number;
  /** The least age at which a connection is replaced by a new one; the age is random. Default: 5,400,000 (90 minutes). */
  readonly rotateMinMs: number;
  /** The greatest of these ages. API Gateway closes every connection after two hours. Default: 6,600,000 (110 minutes). */
  readonly rotateMaxMs: number;
  /** How long messages of a replaced connection are still handled. Default: 2,000. */
  readonly lingerMs: number;
  /** The time between attempts while tokens are refused, multiplied by a random factor from 0.75 to 1.25. Default: 60,000. */
  readonly unauthorizedRetryMs: number;
  /** The longest wait after the connection was `replaced`; the shortest is half of it. Default: 600,000. */
  readonly replacedRetryMs: number;
  /**
   * How long a page may be hidden before the client closes its connection until the page is visible. `Infinity`: the
   * connection stays open. Default: 300,000 (5 minutes).
   */
  readonly leaveWhenHiddenMs: number;
}

/** The default of each duration. */
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
  leaveWhenHiddenMs: 300_000,
};
