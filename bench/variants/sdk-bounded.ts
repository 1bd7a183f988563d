// The variant `sdk-bounded`: the AWS SDK's client with a limited number of posts in flight, and as many keep-alive sockets.
import { Agent } from 'node:https';
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { postInLanes } from './lanes';
import { createStores, listConnectionIds } from './listing';
import { concurrency, type Send, type Surroundings } from './variant';

export function createSdkBounded(surroundings: Surroundings): Send {
  const storeOf = createStores();
  const client = new ApiGatewayManagementApiClient({
    endpoint: surroundings.callbackUrl,
    requestHandler: { httpsAgent: new Agent({ keepAlive: true, maxSockets: concurrency }) },
  });

  return async (message, count) => {
    const ids = await listConnectionIds(storeOf(count));
    return postInLanes(concurrency, ids, async (id) => {
      await client.send(new PostToConnectionCommand({ ConnectionId: id, Data: message }));
      return true;
    });
  };
}
