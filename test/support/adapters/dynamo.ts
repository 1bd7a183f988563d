// A DynamoDB for one test file: dynalite in memory, on a free loopback port.
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import type { AddressInfo } from 'node:net';
import { createSdkTable } from '#adapters/dynamodb/requests/sdk-table';
import { createSignedTable, dynamoProtocol } from '#adapters/dynamodb/requests/signed-table';
import type { TableRequests } from '#adapters/dynamodb/requests/table-requests';
import { createSignedJson } from '#adapters/http/signed-json';
import { eventually } from '../eventually';

export interface TestDynamo {
  readonly client: DynamoDBDocumentClient;
  /** Requests with the client. */
  readonly table: TableRequests;
  /** Requests without the AWS SDK, as the functions make them. The client repeats what fails. */
  readonly signedTable: TableRequests;
  /** Creates an empty table with the keys of the service's table; returns its name. */
  createTable(): Promise<string>;
  /** The items of a partition, in the order of their sort keys. */
  itemsOf(tableName: string, pk: string): Promise<Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

export async function startDynamo(): Promise<TestDynamo> {
  const server = dynalite({ createTableMs: 0 });
  // After Node's 5 s, a process that was busy for so long would send its next request on a connection that is being closed.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const region = 'us-east-1';
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const plain = new DynamoDBClient({ endpoint: url, region, credentials });
  const client = DynamoDBDocumentClient.from(plain);
  const table = createSdkTable(client);
  const options = { sockets: 50, timeoutMilliseconds: 60_000 };
  const call = createSignedJson(dynamoProtocol, { url, region, credentials }, options);
  let tables = 0;
  return {
    ...{ client, table, signedTable: createSignedTable(call, () => Promise.resolve(table)) },
    async createTable() {
      const name = `table-${(tables += 1)}`;
      await plain.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: ['pk', 'sk'].map((key) => ({
            AttributeName: key,
            AttributeType: 'S' as const,
          })),
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
        }),
      );
      // As on AWS, the table becomes active after a short time.
      await eventually(async () => {
        const { Table: table } = await plain.send(new DescribeTableCommand({ TableName: name }));
        expect(table?.TableStatus).toBe('ACTIVE');
      });
      return name;
    },
    async itemsOf(tableName, pk) {
      const { Items: items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
        }),
      );
      return items;
    },
    async close() {
      plain.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
