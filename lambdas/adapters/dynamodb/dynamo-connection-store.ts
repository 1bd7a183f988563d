// Stores connections in DynamoDB: one partition for each shard, in which the connections of a user are adjacent.
import type {
  BatchWriteCommandInput,
  PutCommandInput,
  QueryCommandInput,
  UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { shardOf } from '#core/shard';
import type {
  Connection,
  ConnectionKey,
  ConnectionStore,
  DisconnectMarker,
  UserRecords,
} from '#core/connections/ports';
import type { ViewParts } from '#core/connections/view';
import { readItems } from './requests/dynamo-batch-get';
import { ifMet, wasMet } from './requests/dynamo-condition';
import {
  isMarker,
  toConnection,
  toConnectionItem,
  toMarker,
  toMarkerItem,
  ttlOfConnection,
  type ConnectionItem,
  type MarkerItem,
} from './dynamo-connection-items';
import { readConnectionPages } from './dynamo-connection-pages';
import { connectionKey, connectionPartition, markerKey, userPrefix } from './dynamo-keys';
import { ttlAttribute } from './dynamo-ttl';
import { queryPages, type TableRequests } from './requests/table-requests';

/** Maximum number of items that DynamoDB deletes in one request. */
const deleteBatchSize = 25;

/** Maximum number of times that the unprocessed items of a batch are sent. */
const maxDeleteAttempts = 3;

/** How connections are read. */
interface ReadingOptions {
  /** Whether the service has scopes, so that a record without a scope counts as expired. Default: no. */
  readonly isScoped?: boolean;
}

export function createDynamoConnectionStore(
  table: TableRequests,
  tableName: string,
  { isScoped = false }: ReadingOptions = {},
): ConnectionStore {
  return {
    async save(connection) {
      const item = toConnectionItem(connection);
      await table.put({ TableName: tableName, Item: item });
    },

    async find(key) {
      const { Item: item } = await table.get({
        TableName: tableName,
        Key: connectionKey(key),
        ConsistentRead: true,
      });
      return item === undefined ? undefined : toConnection(item as ConnectionItem, isScoped);
    },

    async findAll(keys) {
      const items = await readItems<ConnectionItem>(table, tableName, keys.map(connectionKey));
      return items.map((item) => toConnection(item, isScoped));
    },

    async changeView(key, parts, expiresAt) {
      const answer = await ifMet(table.update(viewUpdate(tableName, key, parts, expiresAt)));
      return answer && toConnection(answer.Attributes as ConnectionItem, isScoped);
    },

    refresh: (connection, expiresAt) =>
      wasMet(table.update(refreshUpdate(tableName, connection, expiresAt))),

    async remove(key) {
      await table.delete({ TableName: tableName, Key: connectionKey(key) });
    },

    async removeAll(keys) {
      const batches: Promise<void>[] = [];
      for (let start = 0; start < keys.length; start += deleteBatchSize) {
        batches.push(removeBatch(table, tableName, keys.slice(start, start + deleteBatchSize)));
      }
      await Promise.all(batches);
    },

    ofUser: (userId) => readUser(table, tableName, userId, isScoped),

    async markDisconnected(userId, marker) {
      await wasMet(table.put(markerPut(tableName, userId, marker)));
    },

    async markerOf(userId) {
      const { Item: item } = await table.get({
        TableName: tableName,
        Key: markerKey(userId),
        ConsistentRead: true,
      });
      return item === undefined ? undefined : toMarker(item as MarkerItem);
    },

    pages: (shard, options = {}) =>
      readConnectionPages(table, tableName, shard, { ...options, isScoped }),
  };
}

function refreshUpdate(
  tableName: string,
  connection: Parameters<ConnectionStore['refresh']>[0],
  expiresAt: number,
): UpdateCommandInput {
  const scope = connection.view?.scope;
  const isSame = scope === undefined ? 'attribute_not_exists(#scope)' : '#scope = :scope';
  return {
    TableName: tableName,
    Key: connectionKey(connection),
    UpdateExpression: `SET validUntil = :validUntil, ${ttlAttribute} = :ttl`,
    // If the connection was closed meanwhile, there is no record, and the update would create half of one. If a
    // later token came first, its expiry and its scope stay.
    ConditionExpression: `validUntil < :validUntil AND ${isSame}`,
    ExpressionAttributeNames: { '#scope': 'scope' },
    ExpressionAttributeValues: {
      ':validUntil': expiresAt,
      ':ttl': ttlOfConnection(expiresAt),
      ...(scope !== undefined && { ':scope': scope }),
    },
  };
}

function viewUpdate(
  tableName: string,
  key: ConnectionKey,
  { scope, agents }: ViewParts,
  expiresAt: number | undefined,
): UpdateCommandInput {
  const values = Object.entries({
    scope: scope && JSON.stringify(scope),
    agents: agents && JSON.stringify(agents),
    ...(expiresAt !== undefined && {
      validUntil: expiresAt,
      [ttlAttribute]: ttlOfConnection(expiresAt),
    }),
  }).filter(([, value]) => value !== undefined);
  return {
    TableName: tableName,
    Key: connectionKey(key),
    UpdateExpression: `SET ${values.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    // If the connection was closed meanwhile, the update would create half of a record.
    ConditionExpression: 'attribute_exists(sk)',
    ExpressionAttributeNames: Object.fromEntries(values.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      values.map(([name, value]) => [`:${name}`, value]),
    ),
    ReturnValues: 'ALL_OLD',
  };
}

async function removeBatch(
  table: TableRequests,
  tableName: string,
  keys: readonly ConnectionKey[],
): Promise<void> {
  let requests = keys.map((key) => ({ DeleteRequest: { Key: connectionKey(key) } }));
  for (let attempt = 1; requests.length > 0; attempt += 1) {
    if (attempt > maxDeleteAttempts) throw new Error(`${requests.length} records not removed`);
    const input: BatchWriteCommandInput = { RequestItems: { [tableName]: requests } };
    const { UnprocessedItems: unprocessed = {} } = await table.batchWrite(input);
    requests = (unprocessed[tableName] ?? []) as typeof requests;
  }
}

/** Reads a user's connections and marker, which are adjacent, in one query. */
async function readUser(
  table: TableRequests,
  tableName: string,
  userId: string,
  isScoped: boolean,
): Promise<UserRecords> {
  const connections: Connection[] = [];
  let marker: DisconnectMarker | undefined;
  const input: QueryCommandInput = {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :user)',
    ExpressionAttributeValues: {
      ':pk': connectionPartition(shardOf(userId)),
      ':user': userPrefix(userId),
    },
    ConsistentRead: true,
  };
  for await (const items of queryPages(table, input)) {
    for (const item of items as (ConnectionItem | MarkerItem)[]) {
      if (isMarker(item)) marker = toMarker(item);
      else connections.push(toConnection(item, isScoped));
    }
  }
  return { connections, ...(marker === undefined ? {} : { marker }) };
}

/** Writes a marker, unless the user has a later one. */
function markerPut(tableName: string, userId: string, marker: DisconnectMarker): PutCommandInput {
  return {
    TableName: tableName,
    Item: toMarkerItem(userId, marker),
    ConditionExpression: 'attribute_not_exists(sk) OR disconnectedAt < :disconnectedAt',
    ExpressionAttributeValues: { ':disconnectedAt': marker.disconnectedAt },
  };
}
