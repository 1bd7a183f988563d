// Queries DynamoDB for a page in a fraction of the AWS SDK's CPU time, because every fan-out does so for each shard. It has a
// file of its own, so that functions which do not fan out have no undici in their bundles.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createFastRequest, type FastRequestOptions } from './dynamo-fast-request';
import { createSdkQuery, type Query } from './dynamo-query';

/**
 * Every query that is not answered with a page is sent again through the AWS SDK's client, which retries and translates
 * errors.
 */
export function createFastQuery(
  client: DynamoDBDocumentClient,
  options: FastRequestOptions = {},
): Query {
  const ask = createFastRequest(client, options);
  const usual = createSdkQuery(client);
  return async (input) => {
    const answer = await ask('Query', input);
    return answer?.status === 200 ? answer.body : usual(input);
  };
}
