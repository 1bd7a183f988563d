// An event from the bus. EventBridge calls asynchronously: what this throws is tried twice more.
import type { EventBridgeEvent } from 'aws-lambda';
import type { Broadcast } from '../core/broadcast';

export function createHandler({ broadcast }: { readonly broadcast: Broadcast }) {
  return async (event: EventBridgeEvent<string, unknown>): Promise<void> => {
    await broadcast({
      id: event.id,
      type: event['detail-type'],
      payload: event.detail,
      whole: event,
    });
  };
}
