// Reads many items by their keys.
import type { BatchGetCommandInput } from '@aws-sdk/lib-dynamodb';
import type { TableRequests } from './table-requests';

/**
 * Maximum number of items that DynamoDB reads in one request.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
const readBatchSize = 100;

/** Maximum number of requests for the keys of one batch, including unprocessed ones. */
const maxReads = 5;

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/**
 * Reads items consistently, in no particular order. Those that do not exist are left out.
 * @throws if DynamoDB does not read all of them
 */
export async function readItems<Item>(
  table: TableRequests,
  tableName: string,
  keys: readonly ItemKey[],
): Promise<Item[]> {
  // DynamoDB rejects a request that names a key twice.
  const different = [
    ...new Map(keys.map((key) => [JSON.stringify([key.pk, key.sk]), key])).values(),
  ];
  const batches: Promise<Item[]>[] = [];
  for (let start = 0; start < different.length; start += readBatchSize) {
    batches.push(readBatch(table, tableName, different.slice(start, start + readBatchSize)));
  }
  return (await Promise.all(batches)).flat();
}

async function readBatch<Item>(
  table: TableRequests,
  tableName: string,
  keys: readonly ItemKey[],
): Promise<Item[]> {
  const found: Item[] = [];
  let left = keys;
  for (let reads = 0; left.length > 0; reads += 1) {
    if (reads === maxReads) throw new Error(`DynamoDB did not read ${left.length} items`);
    const input: BatchGetCommandInput = {
      RequestItems: { [tableName]: { Keys: left.map(plainKey), ConsistentRead: true } },
    };
    const { Responses: read = {}, UnprocessedKeys: unprocessed = {} } = await table.batchGet(input);
    found.push(...((read[tableName] ?? []) as Item[]));
    left = (unprocessed[tableName]?.Keys ?? []) as ItemKey[];
  }
  return found;
}

function plainKey({ pk, sk }: ItemKey): Record<string, string> {
  return { pk, sk };
}
