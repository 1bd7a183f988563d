// Stores the connection counts in DynamoDB: one small item for each shard, overwritten by every heartbeat.
import { paginateQuery, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ConnectionCountStore, ShardCount } from '#core/connections/ports';
import { connectionCountPartition } from './dynamo-keys';

type ShardCountItem = Omit<ShardCount, 'shard'> & { readonly pk: string; readonly sk: string };

export function createDynamoConnectionCountStore(
  client: DynamoDBDocumentClient,
  tableName: string,
): ConnectionCountStore {
  return {
    async write({ shard, ...counts }) {
      const item: ShardCountItem = { pk: connectionCountPartition, sk: String(shard), ...counts };
      await client.send(new PutCommand({ TableName: tableName, Item: item }));
    },

    async read() {
      const connectionCounts: ShardCount[] = [];
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': connectionCountPartition },
        },
      );
      for await (const { Items: items = [] } of pages) {
        for (const { sk, connections, batched, users, takenAt } of items as ShardCountItem[]) {
          connectionCounts.push({ shard: Number(sk), connections, batched, users, takenAt });
        }
      }
      return connectionCounts;
    },
  };
}
