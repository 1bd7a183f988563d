// The schedule calls once a minute and plans heartbeats; SQS calls when a planned heartbeat is due.
import type { Context, SQSEvent } from 'aws-lambda';
import { deadlineOf } from '#core/deadline';
import type { Heartbeat } from '#core/broadcasting/heartbeat';
import type { Clock } from '#core/clock';
import type { PlannedHeartbeat } from '#core/broadcasting/ports';

/** The schedule's event. Nothing of it is read: a call plans from the time at which it comes. */
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

/** The error of JSON.parse would repeat the text, and Lambda would log it. */
function plannedIn(body: string): PlannedHeartbeat {
  try {
    return JSON.parse(body) as PlannedHeartbeat;
  } catch {
    throw new Error('The queue message is not a planned heartbeat: it must be JSON.');
  }
}
