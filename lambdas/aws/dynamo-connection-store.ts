// The connections in DynamoDB: one partition for each shard, a user's connections side by side in it.
import {
  DeleteCommand,
  paginateQuery,
  PutCommand,
  type DynamoDBDocumentClient,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { shardOf } from '../core/shard';
import type { Connection, ConnectionStore } from '../core/ports';
import {
  connectionKey,
  connectionPartition,
  parseConnectionSortKey,
  userPrefix,
} from './dynamo-keys';

/** Connections of a page: enough to keep all posts in flight, little to hold for sixteen shards. */
const pageSize = 500;

interface ConnectionItem {
  readonly pk: string;
  readonly sk: string;
  /** Milliseconds since the Unix epoch. */
  readonly connectedAt: number;
  /** Seconds since the Unix epoch, as TTL wants it. */
  readonly expiresAt: number;
}

export function createDynamoConnectionStore(
  client: DynamoDBDocumentClient,
  tableName: string,
): ConnectionStore {
  async function* query(input: Omit<QueryCommandInput, 'TableName'>) {
    const pages = paginateQuery({ client, pageSize }, { ...input, TableName: tableName });
    for await (const { Items: items = [] } of pages) {
      yield (items as ConnectionItem[]).map(toConnection);
    }
  }

  return {
    async save({ userId, connectionId, connectedAt, expiresAt }) {
      const item: ConnectionItem = {
        ...connectionKey({ userId, connectionId }),
        connectedAt,
        expiresAt: Math.floor(expiresAt / 1000),
      };
      await client.send(new PutCommand({ TableName: tableName, Item: item }));
    },

    async remove(key) {
      await client.send(new DeleteCommand({ TableName: tableName, Key: connectionKey(key) }));
    },

    async ofUser(userId) {
      const found: Connection[] = [];
      const pages = query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :user)',
        ExpressionAttributeValues: {
          ':pk': connectionPartition(shardOf(userId)),
          ':user': userPrefix(userId),
        },
        ConsistentRead: true,
      });
      for await (const page of pages) found.push(...page);
      return found;
    },

    pages(shard) {
      return query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': connectionPartition(shard) },
      });
    },
  };
}

function toConnection({ sk, connectedAt, expiresAt }: ConnectionItem): Connection {
  return { ...parseConnectionSortKey(sk), connectedAt, expiresAt: expiresAt * 1000 };
}
