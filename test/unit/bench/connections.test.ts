// The responses of the bench to Query: the store of the service must find every connection in them once.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  connectionsOf,
  createConnectionTables,
  tableNameOf,
  type ConnectionQuery,
} from '#bench/connections';
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { createSdkTable } from '#adapters/dynamodb/requests/sdk-table';
import type { TableRequests } from '#adapters/dynamodb/requests/table-requests';
import { isExpired } from '#core/connections/connection';
import type { Connection } from '#core/connections/ports';
import { shardOf, shards } from '#core/shard';

const now = Date.UTC(2026, 2, 1);

/** A client whose requests are answered by `query`, without the network. */
function requestsTo(query: (query: ConnectionQuery) => object): TableRequests {
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: {
      handle: ({ body }: { body: Uint8Array }) => {
        const answer = Buffer.from(
          JSON.stringify(query(JSON.parse(new TextDecoder().decode(body)) as ConnectionQuery)),
        );
        return Promise.resolve({ response: { statusCode: 200, headers: {}, body: answer } });
      },
    } as never,
  });
  return createSdkTable(DynamoDBDocumentClient.from(client));
}

it.each([0, 1, 100, 20_000])(
  'returns %d connections in pages that the store of the service can list',
  async (count) => {
    const store = createDynamoConnectionStore(
      requestsTo(createConnectionTables(now)),
      tableNameOf(count),
    );
    const listed: Connection[] = [];
    for (const shard of shards) {
      for await (const page of store.pages(shard)) {
        expect(page.filter(({ userId }) => shardOf(userId) !== shard)).toEqual([]);
        listed.push(...page);
      }
    }

    const idsOf = (connections: readonly { readonly connectionId: string }[]) =>
      connections.map(({ connectionId }) => connectionId).toSorted();
    expect(idsOf(listed)).toEqual(idsOf(connectionsOf(count)));
    expect(new Set(idsOf(listed)).size).toBe(count);
    expect(listed.some((connection) => isExpired(connection, now))).toBe(false);
  },
);

it('refuses a projection with an unknown attribute', () => {
  const query = createConnectionTables(now);
  const ask = (ProjectionExpression: string) =>
    query({
      TableName: tableNameOf(100),
      ProjectionExpression,
      ExpressionAttributeValues: { ':pk': { S: 'connections#0' } },
    });

  expect(() => ask('sk, connectedAt, batches')).not.toThrow();
  expect(() => ask('sk, color')).toThrow("The bench's connections have no color.");
});
