// Queries DynamoDB for a page, through the AWS SDK's client.
import {
  QueryCommand,
  type AttributeValue,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

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
