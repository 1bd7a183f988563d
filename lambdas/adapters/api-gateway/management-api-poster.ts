// Posts the message before a connection is closed, with the AWS SDK's client of API Gateway's @connections. All others are
// posted by socket-poster.ts.
import {
  PostToConnectionCommand,
  type ApiGatewayManagementApiClient,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { PostResult, Poster } from '#core/connections/ports';
import type { Log } from '#core/log';
import { errorOf } from './management-api-error';

/** The client has retried throttled and failed posts before they are returned as results. */
export function createManagementApiPoster(client: ApiGatewayManagementApiClient, log: Log): Poster {
  return {
    async post(connectionId, message): Promise<PostResult> {
      try {
        const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: message });
        await client.send(command);
        return 'delivered';
      } catch (cause) {
        const { outcome, name, statusCode } = errorOf(cause);
        if (outcome !== 'gone') log.warn('post failed', { connectionId, name, statusCode });
        return outcome;
      }
    },
  };
}
