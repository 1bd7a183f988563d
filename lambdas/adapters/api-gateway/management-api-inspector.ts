// Looks up connections through API Gateway's @connections.
import {
  GetConnectionCommand,
  type ApiGatewayManagementApiClient,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Inspector } from '#core/connections/ports';
import type { Log } from '#core/log';
import { errorOf } from './management-api-error';

/** @param client must not retry, because a throttled request is a result here */
export function createManagementApiInspector(
  client: ApiGatewayManagementApiClient,
  log: Log,
): Inspector {
  return {
    async inspect(connectionId) {
      try {
        await client.send(new GetConnectionCommand({ ConnectionId: connectionId }));
        return 'open';
      } catch (cause) {
        const { outcome, name, statusCode } = errorOf(cause);
        if (outcome === 'gone' || outcome === 'throttled') return outcome;
        log.warn('connection not inspected', { connectionId, name, statusCode });
        return 'retryable';
      }
    },
  };
}
