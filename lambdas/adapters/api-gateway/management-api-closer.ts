// Closes connections through API Gateway's @connections.
import {
  DeleteConnectionCommand,
  type ApiGatewayManagementApiClient,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Closer } from '#core/connections/ports';
import { errorOf } from './management-api-error';

export function createManagementApiCloser(client: ApiGatewayManagementApiClient): Closer {
  return {
    async close(connectionId) {
      try {
        await client.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
        return 'closed';
      } catch (cause) {
        if (errorOf(cause).outcome === 'gone') return 'gone';
        throw cause;
      }
    },
  };
}
