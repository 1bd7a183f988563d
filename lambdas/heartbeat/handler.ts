// Plans heartbeats when the schedule calls, once a minute, and sends them when SQS delivers them.
import type { Context, SQSEvent } from 'aws-lambda';
import { deadlineOf } from '#core/deadline';
import type { Heartbeat } from '#core/broadcasting/heartbeat';
import type { Clock } from '#core/clock';
import type { PlannedHeartbeat } from '#core/broadcasting/ports';

/** The schedule's event. It is not read, because a call plans from the current time on. */
export type ScheduledEvent = Readonly<Record<string, never>>;

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
    if (!('Records' in event)) {
      await heartbeat.onSchedule(deadline);
      return;
    }
    for (const { body } of event.Records) {
      await heartbeat.onDue(plannedIn(body), deadline);
    }
  };
}

/** Parses a planned heartbeat. The error of JSON.parse is replaced, because it repeats the text, and Lambda would log it. */
function plannedIn(body: string): PlannedHeartbeat {
  try {
    return JSON.parse(body) as PlannedHeartbeat;
  } catch {
    throw new Error('The queue message is not a planned heartbeat: it must be JSON.');
  }
}
