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
    const deadline = deadlineOf(now(), context.getRemainingTimeInMillis());
    await broadcast({ id, type, payload, source, whole: event }, deadline);
  };
}
