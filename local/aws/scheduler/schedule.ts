// EventBridge Scheduler: calls a target at a fixed rate, without drift.
import { randomUUID } from 'node:crypto';
import type { Cancel, Timers } from '../../lambda/timers';

export interface ScheduleOptions {
  readonly arn: string;
  readonly intervalMilliseconds: number;
  /** JSON text, in which context attributes like `<aws.scheduler.scheduled-time>` are replaced. */
  readonly input: string;
  readonly timers: Timers;
  invoke(event: unknown): void;
}

const units: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 60 * 60_000,
  day: 24 * 60 * 60_000,
};

/** Milliseconds between the runs of e.g. `rate(1 minute)`; undefined for any other expression. */
export function parseRate(expression: string): number | undefined {
  const match = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression);
  const unit = units[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/**
 * Runs a schedule until the function that it gives is called. A rate without a start date runs for the
 * first time at once.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
 */
export function runSchedule(options: ScheduleOptions): Cancel {
  const { timers, intervalMilliseconds } = options;
  let cancel: Cancel = () => undefined;
  const run = (scheduledAt: number) => {
    // A machine that slept does not catch up: the next run is the next one that lies ahead.
    const missed = Math.max(0, Math.floor((timers.now() - scheduledAt) / intervalMilliseconds));
    const next = scheduledAt + (missed + 1) * intervalMilliseconds;
    cancel = timers.after(next - timers.now(), () => {
      run(next);
    });
    options.invoke(eventOf(options, scheduledAt));
  };
  run(timers.now());
  return () => {
    cancel();
  };
}

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
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
