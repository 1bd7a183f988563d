// The schedule calls once a minute; SQS hands back the heartbeats that its calls have planned.
import type { Context, SQSEvent } from 'aws-lambda';
import { deadlineOf } from '#core/deadline';
import type { Heartbeat } from '#core/broadcasting/heartbeat';
import type { Clock } from '#core/clock';
import type { PlannedHeartbeat } from '#core/broadcasting/ports';

/** What the schedule sends. A call plans from the time at which it comes, so nothing in it is read. */
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

/** JSON's own error would repeat the text, and Lambda logs it. */
function plannedIn(body: string): PlannedHeartbeat {
  try {
    return JSON.parse(body) as PlannedHeartbeat;
  } catch {
    throw new Error('The message is no planned heartbeat: it must be JSON');
  }
}
