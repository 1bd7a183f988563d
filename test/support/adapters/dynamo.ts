// A DynamoDB for one test file: dynalite in memory, on a free loopback port.
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import type { AddressInfo } from 'node:net';
import { eventually } from '../eventually';

export interface TestDynamo {
  readonly client: DynamoDBDocumentClient;
  /** Creates an empty table with the keys of the service's table; returns its name. */
  createTable(): Promise<string>;
  close(): Promise<void>;
}

export async function startDynamo(): Promise<TestDynamo> {
  const server = dynalite({ createTableMs: 0 });
  // After Node's 5 s, a process that was busy for so long would send its next request on a connection that is being closed.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const plain = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  let tables = 0;
  return {
    client: DynamoDBDocumentClient.from(plain),
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
    async close() {
      plain.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
