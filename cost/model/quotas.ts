// The AWS quotas that a load needs beyond the defaults of every account, and the settings that go with them.
import { defaultLimits } from './limits';
import { postsPerSecond } from './coalescing';
import { secondsToLastClient, workersOf } from './fan-out-time';
import type { Load } from './load';
import { cpuMicrosPerPost } from './measured';
import { defaultQuota } from './token-bucket';

/** The target for the time until an event reaches the last client. */
const targetSeconds = 5;

/** The share of the account's rate that one fan-out may take: another may be under way. */
const shareOfQuota = 0.8;

/** The greatest `maxPostsPerSecond` that lambdas/contract/settings.ts takes. */
const greatestCeiling = 100_000;

/** New connections a second. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const handshakesPerSecond = 500;

/** The default of the setting of the same name, which is below the quota. */
const { handshakesPerSecond: settingOfHandshakes } = defaultLimits;

/** The target for the time until all dashboards are connected again after an outage. */
const comebackSeconds = 300;

export interface Needs {
  /** Of API Gateway: requests a second, posts to connections included. */
  readonly requestsPerSecond: number;
  /** Of API Gateway: new connections a second. */
  readonly handshakesPerSecond: number;
  /** The setting that keeps one fan-out below the first. */
  readonly maxPostsPerSecond: number;
  /** Posts a second for events and heartbeats, day and night. */
  readonly messagesPerSecond: number;
  readonly secondsToLastClient: number;
  /** Until all are connected again, with the default of `handshakesPerSecond`. */
  readonly comebackSeconds: number;
}

/** The quotas to request, and the settings to use; never less than every account has. */
export function needsOf(load: Load): Needs {
  const workers = workersOf(load);
  const fast = Math.min(
    load.connections / targetSeconds,
    (workers * 1e6) / cpuMicrosPerPost,
    greatestCeiling,
  );
  // With the pace that is asked for: a slower one makes fewer flushes.
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
    handshakesPerSecond: Math.max(handshakesPerSecond, roundUp(load.connections / comebackSeconds)),
    messagesPerSecond: steady,
    secondsToLastClient: secondsToLastClient({ ...load, maxPostsPerSecond }),
    comebackSeconds: load.connections / settingOfHandshakes,
  };
}

/** Rounded to two digits: nobody requests 3,334. */
function roundUp(number: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(number)) - 1);
  return Math.ceil(number / step) * step;
}
