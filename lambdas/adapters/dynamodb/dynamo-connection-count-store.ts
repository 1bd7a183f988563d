// Stores the connection counts in DynamoDB: one small item for each shard, overwritten by every heartbeat.
import type { ConnectionCountStore, ShardCount } from '#core/connections/ports';
import { connectionCountPartition } from './dynamo-keys';
import { queryPages, type TableRequests } from './requests/table-requests';

type ShardCountItem = Omit<ShardCount, 'shard'> & { readonly pk: string; readonly sk: string };

export function createDynamoConnectionCountStore(
  table: TableRequests,
  tableName: string,
): ConnectionCountStore {
  return {
    async write({ shard, ...counts }) {
      const item: ShardCountItem = { pk: connectionCountPartition, sk: String(shard), ...counts };
      await table.put({ TableName: tableName, Item: item });
    },

    async read() {
      const connectionCounts: ShardCount[] = [];
      const pages = queryPages(table, {
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': connectionCountPartition },
      });
      for await (const items of pages) {
        for (const { sk, connections, batched, users, takenAt } of items as ShardCountItem[]) {
          connectionCounts.push({ shard: Number(sk), connections, batched, users, takenAt });
        }
      }
      return connectionCounts;
    },
  };
}
