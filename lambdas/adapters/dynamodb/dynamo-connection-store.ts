// Stores connections in DynamoDB: one partition for each shard, in which the connections of a user are adjacent.
import {
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  paginateQuery,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
  type QueryCommandInput,
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
import { createSdkQuery, type Query } from './requests/dynamo-query';

/** Maximum number of items that DynamoDB deletes in one request. */
const deleteBatchSize = 25;

/** Maximum number of times that the unprocessed items of a batch are sent. */
const maxDeleteAttempts = 3;

/** How connections are read. */
interface ReadingOptions {
  /** Reads the pages of shards. Default: through the client. */
  readonly query?: Query;
  /** Whether the service has scopes, so that a record without a scope counts as expired. Default: no. */
  readonly isScoped?: boolean;
}

export function createDynamoConnectionStore(
  client: DynamoDBDocumentClient,
  tableName: string,
  { query = createSdkQuery(client), isScoped = false }: ReadingOptions = {},
): ConnectionStore {
  return {
    async save(connection) {
      const item = toConnectionItem(connection);
      await client.send(new PutCommand({ TableName: tableName, Item: item }));
    },

    async find(key) {
      const { Item: item } = await client.send(
        new GetCommand({ TableName: tableName, Key: connectionKey(key), ConsistentRead: true }),
      );
      return item === undefined ? undefined : toConnection(item as ConnectionItem, isScoped);
    },

    async findAll(keys) {
      const items = await readItems<ConnectionItem>(client, tableName, keys.map(connectionKey));
      return items.map((item) => toConnection(item, isScoped));
    },

    async changeView(key, parts, expiresAt) {
      const answer = await ifMet(client.send(viewCommand(tableName, key, parts, expiresAt)));
      return answer && toConnection(answer.Attributes as ConnectionItem, isScoped);
    },

    refresh: (connection, expiresAt) =>
      wasMet(client.send(refreshCommand(tableName, connection, expiresAt))),

    async remove(key) {
      await client.send(new DeleteCommand({ TableName: tableName, Key: connectionKey(key) }));
    },

    async removeAll(keys) {
      const batches: Promise<void>[] = [];
      for (let start = 0; start < keys.length; start += deleteBatchSize) {
        batches.push(removeBatch(client, tableName, keys.slice(start, start + deleteBatchSize)));
      }
      await Promise.all(batches);
    },

    ofUser: (userId) => readUser(client, tableName, userId, isScoped),

    async markDisconnected(userId, marker) {
      await wasMet(client.send(markCommand(tableName, userId, marker)));
    },

    async markerOf(userId) {
      const { Item: item } = await client.send(
        new GetCommand({ TableName: tableName, Key: markerKey(userId), ConsistentRead: true }),
      );
      return item === undefined ? undefined : toMarker(item as MarkerItem);
    },

    pages: (shard, options = {}) =>
      readConnectionPages(query, tableName, shard, { ...options, isScoped }),
  };
}

function refreshCommand(
  tableName: string,
  connection: Parameters<ConnectionStore['refresh']>[0],
  expiresAt: number,
): UpdateCommand {
  const scope = connection.view?.scope;
  const isSame = scope === undefined ? 'attribute_not_exists(#scope)' : '#scope = :scope';
  return new UpdateCommand({
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
  });
}

function viewCommand(
  tableName: string,
  key: ConnectionKey,
  { scope, agents }: ViewParts,
  expiresAt: number | undefined,
): UpdateCommand {
  const values = Object.entries({
    scope: scope && JSON.stringify(scope),
    agents: agents && JSON.stringify(agents),
    ...(expiresAt !== undefined && {
      validUntil: expiresAt,
      [ttlAttribute]: ttlOfConnection(expiresAt),
    }),
  }).filter(([, value]) => value !== undefined);
  return new UpdateCommand({
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
  });
}

async function removeBatch(
  client: DynamoDBDocumentClient,
  tableName: string,
  keys: readonly ConnectionKey[],
): Promise<void> {
  let requests = keys.map((key) => ({ DeleteRequest: { Key: connectionKey(key) } }));
  for (let attempt = 1; requests.length > 0; attempt += 1) {
    if (attempt > maxDeleteAttempts) throw new Error(`${requests.length} records not removed`);
    const command = new BatchWriteCommand({ RequestItems: { [tableName]: requests } });
    const { UnprocessedItems: unprocessed = {} } = await client.send(command);
    requests = (unprocessed[tableName] ?? []) as typeof requests;
  }
}

/** Reads a user's connections and marker, which are adjacent, in one query. */
async function readUser(
  client: DynamoDBDocumentClient,
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
  for await (const { Items: items = [] } of paginateQuery({ client }, input)) {
    for (const item of items as (ConnectionItem | MarkerItem)[]) {
      if (isMarker(item)) marker = toMarker(item);
      else connections.push(toConnection(item, isScoped));
    }
  }
  return { connections, ...(marker === undefined ? {} : { marker }) };
}

/** Writes a marker, unless the user has a later one. */
function markCommand(tableName: string, userId: string, marker: DisconnectMarker): PutCommand {
  return new PutCommand({
    TableName: tableName,
    Item: toMarkerItem(userId, marker),
    ConditionExpression: 'attribute_not_exists(sk) OR disconnectedAt < :disconnectedAt',
    ExpressionAttributeValues: { ':disconnectedAt': marker.disconnectedAt },
  });
}
