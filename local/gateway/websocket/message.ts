// Handles the messages of a client: invokes the $default route and sends the response.
import type { Receive } from './connection';
import { createRequestId, gatewayMessage } from '../request-facts';
import { messageEvent, type AuthorizerValues, type ConnectionFacts } from './web-socket-event';
import { callRoute, type WebSocketApi } from './web-socket-api';

/**
 * Creates the message handler of a connection. All messages go to $default: other routes for messages are not supported.
 * If a message fails, the client is sent API Gateway's error message, even if the route has no RouteResponse.
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
