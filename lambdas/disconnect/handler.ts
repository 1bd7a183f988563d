// Handles $disconnect, which is best effort: without it, the record of a connection stays until a fan-out finds it gone.
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { parseAuthorizerContext } from '#lambdas/handshake/authorizer-context';
import type { ConnectionStore } from '#core/connections/ports';
import type { Log } from '#core/log';

export interface DisconnectEvent {
  readonly requestContext: {
    readonly connectionId: string;
    /** API Gateway keeps the authorizer's context of the handshake. */
    readonly authorizer?: unknown;
    readonly disconnectStatusCode?: number;
  };
}

export function createHandler(dependencies: {
  readonly connections: Pick<ConnectionStore, 'remove'>;
  readonly log: Log;
}) {
  const { connections, log } = dependencies;

  return async ({
    requestContext,
  }: DisconnectEvent): Promise<APIGatewayProxyStructuredResultV2> => {
    const { connectionId, disconnectStatusCode: closeCode } = requestContext;
    const userId = parseAuthorizerContext(requestContext.authorizer)?.userId;
    if (userId !== undefined) await connections.remove({ userId, connectionId });
    log.info('disconnected', { connectionId, userId, closeCode });
    return { statusCode: 200 };
  };
}
