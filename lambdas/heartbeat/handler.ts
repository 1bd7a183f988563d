// The schedule calls once a minute; SQS hands back the heartbeats that were planned between two calls.
import type { Context, SQSEvent } from 'aws-lambda';
import { deadlineOf } from '../core/deadline';
import type { Heartbeat } from '../core/heartbeat';
import type { Clock, PlannedHeartbeat } from '../core/ports';

export interface ScheduledEvent {
  /** ISO 8601, to the second; infra has the schedule fill it in. */
  readonly scheduledAt: string;
}

export function createHandler(dependencies: {
  readonly heartbeat: Heartbeat;
  readonly now: Clock;
}) {
  const { heartbeat, now } = dependencies;

  return async (
    event: ScheduledEvent | SQSEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<void> => {
    const deadline = deadlineOf(now(), context.getRemainingTimeInMillis());
    if ('scheduledAt' in event) {
      const scheduledAt = Date.parse(event.scheduledAt);
      // No time would be late for ever, and nobody would be told: an error of the function raises an alarm.
      if (Number.isNaN(scheduledAt)) {
        throw new TypeError(`scheduledAt must be an ISO 8601 time, but is ${event.scheduledAt}`);
      }
      await heartbeat.onSchedule(scheduledAt, deadline);
      return;
    }
    for (const { body } of event.Records) {
      await heartbeat.onDue(plannedIn(body), deadline);
    }
  };
}

/** JSON's own error would repeat the text, and Lambda logs it. */
function plannedIn(body: string): PlannedHeartbeat {
  try {
    return JSON.parse(body) as PlannedHeartbeat;
  } catch {
    throw new Error('The message is no planned heartbeat: it must be JSON');
  }
}
