// Writes many items, as many in one request as DynamoDB accepts.
import type { BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { TableRequests } from './table-requests';

/**
 * Maximum number of items that DynamoDB writes in one request.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
const writeBatchSize = 25;

/** Maximum number of requests for the items of one batch, including unprocessed ones. */
const maxWrites = 5;

/** The pause before unprocessed items are written again; it doubles each time. */
const firstPauseMilliseconds = 20;

/** Waits for some milliseconds. */
export type Pause = (milliseconds: number) => Promise<unknown>;

/**
 * Writes items with different keys; DynamoDB rejects a request that names a key twice.
 * @throws if DynamoDB does not write all of them
 */
export async function writeItems(
  table: TableRequests,
  tableName: string,
  items: readonly Record<string, unknown>[],
  pause: Pause,
): Promise<void> {
  const batches: Promise<void>[] = [];
  for (let start = 0; start < items.length; start += writeBatchSize) {
    const batch = items.slice(start, start + writeBatchSize);
    batches.push(writeBatch(table, tableName, batch, pause));
  }
  // All of them end before an error is thrown: afterwards, the function may be frozen.
  const failed = (await Promise.allSettled(batches)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function writeBatch(
  table: TableRequests,
  tableName: string,
  items: readonly Record<string, unknown>[],
  pause: Pause,
): Promise<void> {
  let requests = items.map((Item) => ({ PutRequest: { Item } }));
  for (let writes = 0; requests.length > 0; writes += 1) {
    if (writes === maxWrites) throw new Error(`DynamoDB did not write ${requests.length} items`);
    if (writes > 0) await pause(firstPauseMilliseconds * 2 ** (writes - 1));
    const input: BatchWriteCommandInput = { RequestItems: { [tableName]: requests } };
    const { UnprocessedItems: unprocessed = {} } = await table.batchWrite(input);
    requests = (unprocessed[tableName] ?? []) as typeof requests;
  }
}
