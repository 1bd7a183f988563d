// Types, arithmetic and constants for the usage of a day, in the units that AWS bills.
import { callMilliseconds, invocationMilliseconds, logged, sampled } from '../model/measured';
import { dollarsFor, type Unit } from '../model/prices';

export const minutesPerDay = 24 * 60;
export const secondsPerDay = minutesPerDay * 60;

/** Number of billed units, by unit. */
export type Usage = Partial<Record<Unit, number>>;

export interface Day {
  /** The number of requests, messages or connections. */
  readonly acts: number;
  readonly usage: Usage;
}

/**
 * The usage of a number of acts.
 * @param each usage of one act
 * @param more usage that is added once
 */
export function day(acts: number, each: Usage, more: Usage = {}): Day {
  return { acts, usage: sum(scale(each, acts), more) };
}

export function scale(usage: Usage, factor: number): Usage {
  return Object.fromEntries(Object.entries(usage).map(([unit, units]) => [unit, units * factor]));
}

export function sum(...usages: readonly Usage[]): Usage {
  const total: Usage = {};
  for (const usage of usages) {
    for (const [unit, units] of Object.entries(usage) as [Unit, number][]) {
      total[unit] = (total[unit] ?? 0) + units;
    }
  }
  return total;
}

/**
 * The usage of one invocation of a function.
 * @param megabytes memory of the function
 * @param dynamoCalls calls of DynamoDB for which it waits, one after the other
 * @param milliseconds duration in addition to these calls
 */
export function call(megabytes: number, dynamoCalls = 0, milliseconds = 0): Usage {
  const all = invocationMilliseconds + dynamoCalls * callMilliseconds + milliseconds;
  return { lambdaRequest: 1, lambdaGigabyteSecond: (megabytes / 1024) * (all / 1000) };
}

/** The traces that X-Ray samples in a day, for a function that is invoked `perSecond` times a second. */
export function traces(perSecond: number): Usage {
  const sampledPerSecond = Math.min(perSecond, sampled.perSecond + perSecond * sampled.share);
  return { trace: sampledPerSecond * secondsPerDay };
}

/** The usage of log lines, including CloudWatch's overhead. @param lines bytes of each line */
export const line = (...lines: readonly number[]): Usage => ({
  loggedByte: lines.reduce((bytes, one) => bytes + one + logged.lineOverhead, 0),
});

/** The throttle of the WebSocket API's stage, in requests: infra/constructs/api/websocket-api.ts. */
export const stageThrottle = { perSecond: 2_000, burst: 1_000 } as const;

/** Assumed: bytes of the response to a handshake or an HTTP request, including headers. */
export const answerBytes = 300;

/** Assumed: execution environments of a function that is invoked as often as the throttle allows. */
export const environments = 10;

/** Bytes of the functions' log lines. Those of the current version were measured with Lambda's runtime client. */
export const lines = {
  refusedHandshake: 237,
  refusedHandshakeBefore: [257, 297, 219],
  metric: 320,
  message: 250,
  whoamiRefused: 230,
} as const;

/** The cost of a day in dollars, at the prices of the first tiers. */
export function dollarsOfDay({ usage }: Day): number {
  return Object.entries(usage).reduce(
    (total, [unit, units]) => total + dollarsFor(unit as Unit, units),
    0,
  );
}
