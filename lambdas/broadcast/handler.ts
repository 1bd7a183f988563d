// Handles events from the bus. EventBridge invokes the function asynchronously: if it throws, Lambda retries the event twice.
import type { Context, EventBridgeEvent } from 'aws-lambda';
import type { Broadcast } from '#core/broadcasting/broadcast';
import { deadlineOf } from '#core/deadline';
import type { Clock } from '#core/clock';

export function createHandler(dependencies: {
  readonly broadcast: Broadcast;
  readonly now: Clock;
}) {
  const { broadcast, now } = dependencies;

  return async (
    event: EventBridgeEvent<string, unknown>,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<void> => {
    const { id, 'detail-type': type, source, detail: payload } = event;
    const acceptedAt = acceptedAtOf(event.time);
    const deadline = deadlineOf(now(), context.getRemainingTimeInMillis());
    await broadcast({ id, type, payload, source, acceptedAt, whole: event }, deadline);
  };
}

/**
 * The end of the second in which the bus accepted an event: `time` has whole seconds. It is the time of the call of PutEvents,
 * unless the backend has set `Time`. Undefined if there is none, e.g. in a test event of the Lambda console.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
 */
function acceptedAtOf(time: string): number | undefined {
  const second = Date.parse(time);
  return Number.isNaN(second) ? undefined : second + 999;
}
