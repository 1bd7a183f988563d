// Reports events of the service's own agents on the event bus, as the publisher does.
import type { Reporter } from '#core/reporter';
import { createEventBridge } from '#sdk/publisher/event-bridge/event-bridge';
import type { EventBridgeRequests } from '#sdk/publisher/event-bridge/requests';
import { createPublisherWith } from '#sdk/publisher/publisher';

export function createEventBridgeReporter(options: {
  readonly requests: EventBridgeRequests;
  readonly eventBusName: string;
  readonly eventSource: string;
}): Reporter {
  return createPublisherWith(createEventBridge({ ...options, pack: false }));
}
