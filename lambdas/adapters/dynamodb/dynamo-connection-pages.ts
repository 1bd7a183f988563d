// Lists the connections of a shard. Every fan-out reads all of them, so attributes are read without the SDK's translation.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Connection, PageOptions } from '#core/connections/ports';
import { viewOf } from '#core/connections/view';
import { expiryIn } from './dynamo-connection-items';
import {
  connectionKey,
  connectionPartition,
  isMarkerSortKey,
  parseConnectionSortKey,
} from './dynamo-keys';
import type { AttributePage, TableRequests } from './requests/table-requests';

/** Connections per page: enough to keep all posts in flight, and few enough for pages of sixteen shards in memory. */
const pageSize = 1_000;

/** The pages of a shard, as {@link ConnectionStore.pages} describes them. */
export async function* readConnectionPages(
  table: TableRequests,
  tableName: string,
  shard: number,
  { after, consistent = false, isScoped }: PageOptions & { readonly isScoped: boolean },
): AsyncGenerator<readonly Connection[]> {
  let start = after && keyOf(connectionKey(after));
  do {
    const { Items: items = [], LastEvaluatedKey: last }: AttributePage =
      await table.queryAttributes({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: connectionPartition(shard) } },
        ConsistentRead: consistent,
        ExpressionAttributeNames: { '#scope': 'scope' },
        // The partition key of each item would be a fifth of the bytes.
        ProjectionExpression: 'sk, connectedAt, validUntil, batches, #scope, agents',
        Limit: pageSize,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
    yield items.filter(isConnection).map((item) => toConnection(item, isScoped));
    start = last;
  } while (start !== undefined);
}

function keyOf({ pk, sk }: { pk: string; sk: string }): Record<string, AttributeValue> {
  return { pk: { S: pk }, sk: { S: sk } };
}

/** Whether an item is a connection, and not the marker of a disconnected user. */
function isConnection(item: Record<string, AttributeValue>): boolean {
  return !isMarkerSortKey(item['sk']?.S ?? '');
}

/** Reads a record, in a way that is fast, because every fan-out does so for every connection. */
function toConnection(item: Record<string, AttributeValue>, isScoped: boolean): Connection {
  const { userId, connectionId } = parseConnectionSortKey(item['sk']?.S ?? '');
  const scope = item['scope']?.S;
  const connection: { -readonly [Name in keyof Connection]: Connection[Name] } = {
    userId,
    connectionId,
    connectedAt: Number(item['connectedAt']?.N),
    expiresAt: expiryIn(Number(item['validUntil']?.N), scope, isScoped),
  };
  if (item['batches'] !== undefined) connection.batches = true;
  const view = viewOf(scope, item['agents']?.S);
  if (view !== undefined) connection.view = view;
  return connection;
}
