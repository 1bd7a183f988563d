// Handles a client's message: invokes the $default route, and sends its response when the route has one.
import type { Receive } from './connection';
import { createRequestId, gatewayMessage } from '../request-facts';
import { messageEvent, type AuthorizerValues, type ConnectionFacts } from './web-socket-event';
import { callRoute, type WebSocketApi } from './web-socket-api';

/**
 * Every message takes the $default route: the local stack serves APIs without other routes for messages.
 * A failure is sent to the client as a message of API Gateway, whether or not the route has a response.
 */
export function createReceive(
  { definition, throttles, warn }: WebSocketApi,
  connection: ConnectionFacts,
  authorizer: AuthorizerValues | undefined,
): Receive {
  return async (data, isBinary, reply) => {
    const requestId = createRequestId();
    const ids = { connectionId: connection.connectionId, requestId };
    const route = definition.routes.$default;
    if (!throttles.messages.take()) {
      reply(gatewayMessage('Too Many Requests', ids));
    } else if (route === undefined) {
      reply(gatewayMessage('Forbidden', ids));
    } else {
      const request = { api: definition, connection, authorizer, requestId, now: Date.now() };
      const answer = await callRoute(route, messageEvent(request, data, isBinary), warn);
      if (!answer.ok) reply(gatewayMessage(answer.message, ids));
      else if (route.respond && answer.response.body !== undefined) reply(answer.response.body);
    }
  };
}
