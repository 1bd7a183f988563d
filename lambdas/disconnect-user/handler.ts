// Handles an operator's events. EventBridge invokes the function asynchronously: if it throws, Lambda retries the event twice.
import type { EventBridgeEvent } from 'aws-lambda';
import type { DisconnectUser } from '#core/connections/disconnect-user';

export function createHandler({ disconnectUser }: { readonly disconnectUser: DisconnectUser }) {
  return async (event: EventBridgeEvent<string, unknown>): Promise<void> => {
    const { id, 'detail-type': type, detail: payload } = event;
    await disconnectUser({ id, type, payload, whole: event });
  };
}
