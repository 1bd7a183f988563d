// What is done in a day, and which units AWS bills for it.
import { callMilliseconds, invocationMilliseconds, logged, sampled } from '../model/measured';
import { dollarsFor, type Unit } from '../model/prices';

export const minutesPerDay = 24 * 60;
export const secondsPerDay = minutesPerDay * 60;

/** What is used in a day. */
export type Usage = Partial<Record<Unit, number>>;

export interface Day {
  /** How often it was done. */
  readonly acts: number;
  readonly usage: Usage;
}

/** What one act uses: each unit that is named. */
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

/** A call of a function of so much memory, that waits for so many calls of DynamoDB. */
export function call(megabytes: number, dynamoCalls = 0, milliseconds = 0): Usage {
  const all = invocationMilliseconds + dynamoCalls * callMilliseconds + milliseconds;
  return { lambdaRequest: 1, lambdaGigabyteSecond: (megabytes / 1024) * (all / 1000) };
}

/** What X-Ray samples in a day of a function that is called so often a second. */
export function traces(perSecond: number): Usage {
  const sampledPerSecond = Math.min(perSecond, sampled.perSecond + perSecond * sampled.share);
  return { trace: sampledPerSecond * secondsPerDay };
}

export const line = (...lines: readonly number[]): Usage => ({
  loggedByte: lines.reduce((bytes, one) => bytes + one + logged.lineOverhead, 0),
});

/** What the stage of the WebSocket API lets through: infra/constructs/api/websocket-api.ts. */
export const stageThrottle = { perSecond: 2_000, burst: 1_000 } as const;

/** Assumed: bytes of the answer to a handshake or an HTTP request, headers included. */
export const answerBytes = 300;

/** Assumed: environments of a function that is called as often as the throttle lets through; each learns for itself. */
export const environments = 10;

/** Lines of the functions, in bytes: those of today were measured with Lambda's own runtime client. */
export const lines = {
  refusedHandshake: 237,
  refusedHandshakeBefore: [257, 297, 219],
  metric: 320,
  message: 250,
  whoamiRefused: 230,
} as const;

/** What a day of it costs, at the prices of the first tiers. */
export function dollarsOfDay({ usage }: Day): number {
  return Object.entries(usage).reduce(
    (total, [unit, units]) => total + dollarsFor(unit as Unit, units),
    0,
  );
}
