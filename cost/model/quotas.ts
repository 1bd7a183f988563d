// Computes the AWS quotas that a load needs, and the settings that belong to them.
import { defaultLimits } from './limits';
import { postsPerSecond } from './coalescing';
import { secondsToLastClient, workersOf } from './fan-out-time';
import type { Load } from './load';
import { cpuMicrosPerPost } from './measured';
import { defaultQuota } from './token-bucket';

/** The target for the time until an event reaches the last client, in seconds. */
const targetSeconds = 5;

/** The share of the account's quota that one fan-out may use. The rest is for other fan-outs and for handshakes. */
const shareOfQuota = 0.8;

/** The greatest `maxPostsPerSecond` that lambdas/contract/settings.ts accepts. */
const greatestCeiling = 100_000;

/** The default quota of new connections a second. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const handshakesPerSecond = 500;

/** The default of the setting `handshakesPerSecond`, which is below the quota. */
const { handshakesPerSecond: settingOfHandshakes } = defaultLimits;

/** The target for the time until all clients have reconnected after an outage, in seconds. */
const reconnectSeconds = 300;

export interface Needs {
  /** API Gateway's quota of requests a second, which include posts. */
  readonly requestsPerSecond: number;
  /** API Gateway's quota of new connections a second. */
  readonly handshakesPerSecond: number;
  /** The setting that keeps one fan-out below `requestsPerSecond`. */
  readonly maxPostsPerSecond: number;
  /** Average posts a second for events and heartbeats at the busiest time. */
  readonly messagesPerSecond: number;
  /** Seconds from the start of a fan-out of one event to its last post, with these quotas and settings. */
  readonly secondsToLastClient: number;
  /** Seconds until all clients have reconnected, with the default of `handshakesPerSecond`. */
  readonly reconnectSeconds: number;
}

/** The quotas to request, and the settings to use. Quotas are never below the defaults of an account. */
export function needsOf(load: Load): Needs {
  const workers = workersOf(load);
  const fast = Math.min(
    load.connections / targetSeconds,
    (workers * 1e6) / cpuMicrosPerPost,
    greatestCeiling,
  );
  // A slower pace would make fewer flushes, so the recommended pace is used.
  const steady = postsPerSecond({
    ...load,
    maxPostsPerSecond: Math.max(load.maxPostsPerSecond, fast),
  });
  const requestsPerSecond = Math.max(
    defaultQuota.perSecond,
    roundUp(Math.max(fast, steady) / shareOfQuota),
  );
  const maxPostsPerSecond = Math.min(greatestCeiling, requestsPerSecond * shareOfQuota);
  return {
    requestsPerSecond,
    maxPostsPerSecond,
    handshakesPerSecond: Math.max(
      handshakesPerSecond,
      roundUp(load.connections / reconnectSeconds),
    ),
    messagesPerSecond: steady,
    secondsToLastClient: secondsToLastClient({ ...load, maxPostsPerSecond }),
    reconnectSeconds: load.connections / settingOfHandshakes,
  };
}

/** Rounds up to two significant digits. */
function roundUp(number: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(number)) - 1);
  return Math.ceil(number / step) * step;
}
