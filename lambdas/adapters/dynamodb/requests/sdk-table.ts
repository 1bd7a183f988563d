// Makes requests to the table with the AWS SDK's document client, which retries and translates errors.
import { QueryCommand as AttributeQueryCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import type { TableRequests } from './table-requests';

export function createSdkTable(client: Pick<DynamoDBDocumentClient, 'send'>): TableRequests {
  return {
    get: (input) => client.send(new GetCommand(input)),
    put: (input) => client.send(new PutCommand(input)),
    update: (input) => client.send(new UpdateCommand(input)),
    delete: (input) => client.send(new DeleteCommand(input)),
    query: (input) => client.send(new QueryCommand(input)),
    queryAttributes: (input) => client.send(new AttributeQueryCommand(input)),
    batchGet: (input) => client.send(new BatchGetCommand(input)),
    batchWrite: (input) => client.send(new BatchWriteCommand(input)),
  };
}
