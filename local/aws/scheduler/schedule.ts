// Implements EventBridge Scheduler: invokes a target at a fixed rate, without drift. Tests can delay or drop calls.
import { randomUUID } from 'node:crypto';
import type { Cancel, Timers } from '../../support/timers';

/** One call of a schedule. */
export interface ScheduledCall {
  /** e.g. `mission-control-heartbeat` */
  readonly schedule: string;
  /** 0 for the first call. */
  readonly number: number;
  /** Milliseconds since the Unix epoch. */
  readonly scheduledAt: number;
}

/**
 * Returns the delay of a call in milliseconds, or `lost` if it is never made. On AWS, a call comes at any time within
 * its minute.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export type Lateness = (call: ScheduledCall) => number | 'lost';

export interface ScheduleOptions {
  readonly name: string;
  readonly arn: string;
  readonly intervalMilliseconds: number;
  /** JSON text, in which context attributes like `<aws.scheduler.scheduled-time>` are replaced. */
  readonly input: string;
  readonly timers: Timers;
  /** Default: no call is delayed or lost. */
  readonly lateness?: Lateness | undefined;
  invoke(event: unknown): void;
}

const units: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 60 * 60_000,
  day: 24 * 60 * 60_000,
};

/** The interval of a rate in milliseconds, e.g. 60,000 for `rate(1 minute)`; undefined for any other expression. */
export function parseRate(expression: string): number | undefined {
  const match = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression);
  const unit = units[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/**
 * Runs a schedule until the returned function is called. A rate without a start date runs for the first time at once.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
 */
export function runSchedule(options: ScheduleOptions): Cancel {
  const { timers, intervalMilliseconds, name: schedule, lateness = () => 0 } = options;
  let cancel: Cancel = () => undefined;
  const late = new Set<Cancel>();
  const call = (scheduledAt: number, number: number) => {
    const event = eventOf(options, scheduledAt);
    const milliseconds = lateness({ schedule, number, scheduledAt });
    if (milliseconds === 'lost') return;
    if (milliseconds <= 0) {
      options.invoke(event);
      return;
    }
    const drop = timers.after(milliseconds, () => {
      late.delete(drop);
      options.invoke(event);
    });
    late.add(drop);
  };
  const run = (scheduledAt: number, number: number) => {
    // Runs that were missed while the machine was suspended are skipped.
    const missed = Math.max(0, Math.floor((timers.now() - scheduledAt) / intervalMilliseconds));
    const next = scheduledAt + (missed + 1) * intervalMilliseconds;
    cancel = timers.after(next - timers.now(), () => {
      run(next, number + 1);
    });
    call(scheduledAt, number);
  };
  run(timers.now(), 0);
  return () => {
    cancel();
    for (const drop of late) drop();
  };
}

/**
 * The target's input with the context attributes replaced, parsed as JSON.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
function eventOf({ arn, input }: ScheduleOptions, scheduledAt: number): unknown {
  const attributes: Readonly<Record<string, string>> = {
    'schedule-arn': arn,
    'scheduled-time': new Date(scheduledAt).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    'execution-id': randomUUID(),
    'attempt-number': '1',
  };
  const replaced = input.replace(
    /<aws\.scheduler\.([a-z-]+)>/g,
    (whole, name: string) => attributes[name] ?? whole,
  );
  return JSON.parse(replaced) as unknown;
}
