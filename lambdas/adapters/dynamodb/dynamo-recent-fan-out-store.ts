// Stores the recent fan-outs in DynamoDB: one small item for all shards, and one for each shard with jobs of its own.
import type { PutCommandInput } from '@aws-sdk/lib-dynamodb';
import type { RecentFanOutStore } from '#core/fan-out/ports';
import { wasMet } from './requests/dynamo-condition';
import { recentFanOutPartition } from './dynamo-keys';
import { queryPages, type TableRequests } from './requests/table-requests';

interface RecentFanOutItem {
  readonly pk: string;
  /** A shard's number, or `all`. */
  readonly sk: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
}

const allShards = 'all';

export function createDynamoRecentFanOutStore(
  table: TableRequests,
  tableName: string,
): RecentFanOutStore {
  return {
    async write({ shard, startedAt }) {
      const sk = shard === undefined ? allShards : String(shard);
      const item: RecentFanOutItem = { pk: recentFanOutPartition, sk, startedAt };
      const input: PutCommandInput = {
        TableName: tableName,
        Item: item,
        // Of two fan-outs at the same time, the one that began later may end earlier.
        ConditionExpression: 'attribute_not_exists(pk) OR startedAt < :startedAt',
        ExpressionAttributeValues: { ':startedAt': startedAt },
      };
      await wasMet(table.put(input));
    },

    async read() {
      const pages = queryPages(table, {
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': recentFanOutPartition },
      });
      const found: Awaited<ReturnType<RecentFanOutStore['read']>>[number][] = [];
      for await (const items of pages) {
        for (const { sk, startedAt } of items as RecentFanOutItem[]) {
          found.push(sk === allShards ? { startedAt } : { startedAt, shard: Number(sk) });
        }
      }
      return found;
    },
  };
}
