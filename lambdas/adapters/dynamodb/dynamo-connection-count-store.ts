// The census in DynamoDB: one small item for each shard, overwritten by every heartbeat.
import { paginateQuery, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CensusStore, ShardCensus } from '#core/ports';
import { censusPartition } from './dynamo-keys';

type CensusItem = Omit<ShardCensus, 'shard'> & { readonly pk: string; readonly sk: string };

export function createDynamoCensusStore(
  client: DynamoDBDocumentClient,
  tableName: string,
): CensusStore {
  return {
    async write({ shard, ...counts }) {
      const item: CensusItem = { pk: censusPartition, sk: String(shard), ...counts };
      await client.send(new PutCommand({ TableName: tableName, Item: item }));
    },

    async read() {
      const census: ShardCensus[] = [];
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': censusPartition },
        },
      );
      for await (const { Items: items = [] } of pages) {
        for (const { sk, connections, batched, users, takenAt } of items as CensusItem[]) {
          census.push({ shard: Number(sk), connections, batched, users, takenAt });
        }
      }
      return census;
    },
  };
}
