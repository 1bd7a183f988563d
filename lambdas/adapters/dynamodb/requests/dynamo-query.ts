// Queries DynamoDB for a page; every fan-out does so for each shard.
import {
  QueryCommand,
  type AttributeValue,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createFastRequest, type FastRequestOptions } from './dynamo-fast-request';

export interface QueryPage {
  readonly Items?: Record<string, AttributeValue>[] | undefined;
  readonly LastEvaluatedKey?: Record<string, AttributeValue> | undefined;
}

/** @throws the errors of the AWS SDK's client, after its retries */
export type Query = (input: QueryCommandInput) => Promise<QueryPage>;

/** Every query through the AWS SDK's client. */
export function createSdkQuery(client: DynamoDBDocumentClient): Query {
  return (input) => client.send(new QueryCommand(input));
}

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
