// Creates the AWS SDK's client of EventBridge.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { clientSettings } from './client-settings';

/** Its requests are repeated by the sender of events, entry by entry. */
export function createEventBridgeClient(): EventBridgeClient {
  return new EventBridgeClient({ ...clientSettings, maxAttempts: 1 });
}
