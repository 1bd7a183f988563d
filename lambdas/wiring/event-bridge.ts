// Creates the requests to EventBridge.
import { createSignedEventBridge, eventBridgeProtocol } from '#adapters/events/signed-event-bridge';
import { createSignedJson } from '#adapters/http/signed-json';
import type { EventBridgeRequests } from '#sdk/publisher/event-bridge/requests';
import { createSdkRequests } from '#sdk/publisher/event-bridge/sdk-requests';
import { signedEndpointOf } from './signed-endpoint';

/** As many as the AWS SDK has by default. */
const sockets = 50;

const timeoutMilliseconds = 3_000;

/**
 * Requests to EventBridge, which are made without the AWS SDK, each in one attempt. If one fails, the AWS SDK is loaded, and makes the
 * next.
 */
export function createEventBridgeRequests(environment: NodeJS.ProcessEnv): EventBridgeRequests {
  const sdk = createSdkRequests();
  const endpoint = signedEndpointOf(environment, 'events');
  if (endpoint === undefined) return sdk;
  const call = createSignedJson(eventBridgeProtocol, endpoint, {
    ...{ sockets, timeoutMilliseconds },
    // Lambda sets it for each invocation. The functions that receive the event continue the trace.
    trace: () => environment['_X_AMZN_TRACE_ID'],
  });
  return createSignedEventBridge(call, sdk);
}
