// Lists all connections before the first post, for the variants with the AWS SDK; and lists them as the service does, for the
// cost of that alone.
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { createDynamoTable } from '#wiring/sdk/dynamo';
import { createTable } from '#wiring/table';
import type { ConnectionStore } from '#core/connections/ports';
import { shards } from '#core/shard';
import { tableNameOf } from '../connections';
import type { Send } from './variant';

/** Returns a function that creates the service's store, with the AWS SDK's client, for the table with so many connections. */
export function createStores(): (connections: number) => ConnectionStore {
  const table = createDynamoTable();
  return (connections) => createDynamoConnectionStore(table, tableNameOf(connections));
}

/** Lists the connections of the table as a fan-out of the service does, and posts nothing. */
export function createListing(): Send {
  const table = createTable(process.env);
  return async (_message, connections) => {
    const tableName = tableNameOf(connections);
    await listConnectionIds(createDynamoConnectionStore(table, tableName));
    return 0;
  };
}

/** The ids of all connections of a store. */
export async function listConnectionIds(store: ConnectionStore): Promise<string[]> {
  const ids: string[] = [];
  const listShard = async (shard: number) => {
    for await (const page of store.pages(shard)) {
      for (const { connectionId } of page) ids.push(connectionId);
    }
  };
  await Promise.all(shards.map(listShard));
  return ids;
}
