// $connect: a handshake that the authorizer let through.
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { batchSubprotocol, subprotocol } from '#sdk/protocol';
import { parseAuthorizerContext } from '#lambdas/handshake/authorizer-context';
import type { Connect } from '#core/connections/connect';
import { offeredSubprotocols, type HandshakeHeaders } from '#lambdas/handshake/offered';
import type { Log } from '#core/log';

export interface ConnectEvent extends HandshakeHeaders {
  readonly requestContext: { readonly connectionId: string; readonly authorizer?: unknown };
}

/** The subprotocols that the server speaks; which one counts is not the client's order to say. */
const preferred = [batchSubprotocol, subprotocol];

export function createHandler({ connect, log }: { readonly connect: Connect; readonly log: Log }) {
  return async (event: ConnectEvent): Promise<APIGatewayProxyStructuredResultV2> => {
    const { connectionId, authorizer } = event.requestContext;
    const token = parseAuthorizerContext(authorizer);
    if (token === undefined) {
      // Never so behind our authorizer: a deployment that lost it must not let everybody in.
      log.error('handshake without authorizer context', { connectionId });
      return { statusCode: 401 };
    }
    const { userId } = token;
    const offered = offeredSubprotocols(event);
    const chosen = preferred.find((name) => offered.includes(name));
    const outcome = await connect(connectionId, token, chosen === batchSubprotocol);
    if (outcome === 'too_many_handshakes') {
      // Counted already: whoever comes far too often must not fill the log with a second line.
      return { statusCode: 429 };
    }
    if (outcome === 'user_disconnected') {
      log.warn('handshake refused', { code: outcome, connectionId, userId });
      return { statusCode: 403 };
    }
    log.info('connected', { connectionId, userId });
    // Clients that offered subprotocols must be told which one was chosen, and the token never is.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html
    return chosen === undefined
      ? { statusCode: 200 }
      : { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': chosen } };
  };
}
