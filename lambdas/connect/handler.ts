// Handles $connect: a handshake that the authorizer has allowed.
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { batchSubprotocol, subprotocol, subscribeSubprotocol } from '#sdk/protocol';
import { parseAuthorizerContext } from '#lambdas/handshake/authorizer-context';
import type { Connect } from '#core/connections/connect';
import { offeredSubprotocols, type HandshakeHeaders } from '#lambdas/handshake/offered';
import type { Log } from '#core/log';

export interface ConnectEvent extends HandshakeHeaders {
  readonly requestContext: { readonly connectionId: string; readonly authorizer?: unknown };
}

/** The subprotocols of the server, in its order of preference. The client's order does not matter. */
const preferred = [batchSubprotocol, subprotocol];

export function createHandler({ connect, log }: { readonly connect: Connect; readonly log: Log }) {
  return async (event: ConnectEvent): Promise<APIGatewayProxyStructuredResultV2> => {
    const { connectionId, authorizer } = event.requestContext;
    const token = parseAuthorizerContext(authorizer);
    if (token === undefined) {
      // This happens only if a deployment has no authorizer; then every handshake is refused.
      log.error('handshake without authorizer context', { connectionId });
      return { statusCode: 401 };
    }
    const { userId } = token;
    const offered = offeredSubprotocols(event);
    const chosen = preferred.find((name) => offered.includes(name));
    const outcome = await connect(connectionId, token, {
      batches: chosen === batchSubprotocol,
      subscribes: chosen !== undefined && offered.includes(subscribeSubprotocol),
    });
    if (outcome === 'too_many_handshakes') {
      // Already counted as a metric. Clients that connect far too often must not fill the log.
      return { statusCode: 429 };
    }
    if (outcome === 'user_disconnected') {
      log.warn('handshake refused', { code: outcome, connectionId, userId });
      return { statusCode: 403 };
    }
    log.info('connected', { connectionId, userId });
    // If a client offers subprotocols, the answer has to name the chosen one, which is never the token.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html
    return chosen === undefined
      ? { statusCode: 200 }
      : { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': chosen } };
  };
}
