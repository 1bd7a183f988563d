// The process of the table: dynalite over HTTPS, filled with connections.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { createSdkTable } from '#adapters/dynamodb/requests/sdk-table';
import { attributes } from '#lambdas/contract/table-keys';
import type { Certificate } from '../certificate';
import { connectionsOf } from '../connections';

/** The first message to this process. */
export interface TableTask {
  readonly tls: Certificate;
  readonly region: string;
}

/** Requests a new table with open connections. */
export interface TableOrder {
  readonly tableName: string;
  readonly connections: number;
  readonly batches: boolean;
}

/** Messages of this process: `listening` first, then the result of each order. */
export type TableMessage =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'filled' }
  | { readonly kind: 'failed'; readonly reason: string };

async function run({ tls, region }: TableTask): Promise<void> {
  const { key, certificate } = tls;
  const server = dynalite({
    ...{ createTableMs: 0, ssl: true, key, cert: certificate, ca: certificate },
  });
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      ...{ endpoint: url, region },
      credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    }),
  );
  process.on('message', (order: TableOrder) => {
    fill(client, order).then(
      () => {
        say({ kind: 'filled' });
      },
      (error: unknown) => {
        say({ kind: 'failed', reason: String(error) });
      },
    );
  });
  say({ kind: 'listening', url });
}

async function fill(client: DynamoDBDocumentClient, order: TableOrder): Promise<void> {
  const { tableName, connections, batches } = order;
  const { partitionKey, sortKey } = attributes;
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      AttributeDefinitions: [partitionKey, sortKey].map((AttributeName) => ({
        ...{ AttributeName, AttributeType: 'S' as const },
      })),
      KeySchema: [
        { AttributeName: partitionKey, KeyType: 'HASH' },
        { AttributeName: sortKey, KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  const store = createDynamoConnectionStore(createSdkTable(client), tableName);
  const now = Date.now();
  const times = { connectedAt: now - 60_000, expiresAt: now + 2 * 60 * 60 * 1000 };
  for (const { userId, connectionId } of connectionsOf(connections)) {
    await store.save({ userId, connectionId, ...times, batches });
  }
}

function say(message: TableMessage): void {
  process.send?.(message);
}

if (require.main === module) {
  process.once('disconnect', () => process.exit(0));
  process.once('message', (task: TableTask) => void run(task));
}
