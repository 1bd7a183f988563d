// The schedule calls once a minute; SQS hands back the heartbeats that were planned between two calls.
import type { SQSEvent } from 'aws-lambda';
import type { Heartbeat } from '../core/heartbeat';
import type { PlannedHeartbeat } from '../core/ports';

export interface ScheduledEvent {
  /** ISO 8601, to the second; infra has the schedule fill it in. */
  readonly scheduledAt: string;
}

export function createHandler({ heartbeat }: { readonly heartbeat: Heartbeat }) {
  return async (event: ScheduledEvent | SQSEvent): Promise<void> => {
    if ('scheduledAt' in event) {
      await heartbeat.onSchedule(Date.parse(event.scheduledAt));
      return;
    }
    for (const { body } of event.Records) {
      await heartbeat.onDue(JSON.parse(body) as PlannedHeartbeat);
    }
  };
}
