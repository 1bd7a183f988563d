// The variant `sdk-promise-all`: lists all connections, and posts to all at once with the AWS SDK's defaults, as AWS's samples do.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-chat-app.html
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { createStores, listConnectionIds } from './listing';
import type { Send, Surroundings } from './variant';

export function createSdkPromiseAll(surroundings: Surroundings): Send {
  const storeOf = createStores();
  const client = new ApiGatewayManagementApiClient({ endpoint: surroundings.callbackUrl });

  return async (message, count) => {
    const ids = await listConnectionIds(storeOf(count));
    const answers = await Promise.all(
      ids.map((id) =>
        client.send(new PostToConnectionCommand({ ConnectionId: id, Data: message })),
      ),
    );
    return answers.length;
  };
}
