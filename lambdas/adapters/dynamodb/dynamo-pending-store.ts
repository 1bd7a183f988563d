// Stores pending events in DynamoDB: one item each, ordered by time in four partitions, and deleted by their TTL.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { readOutgoing } from '#core/fan-out/outgoing-message';
import type { PendingItem, PendingStore } from '#core/coalescing/ports';
import type { Log } from '#core/log';
import { parsePendingSortKey, pendingKey, pendingPartitions, pendingPrefix } from './dynamo-keys';
import { ttlAttribute, ttlOf } from './dynamo-ttl';
import type { AttributePage, TableRequests } from './requests/table-requests';

/** Pending events are usually flushed within seconds, and EventBridge's retries end within an hour. */
const lifetimeMilliseconds = 60 * 60 * 1000;

/** An item that cannot be parsed is logged and left out: otherwise it would stop every flush until its TTL deletes it. */
export function createDynamoPendingStore(
  table: TableRequests,
  tableName: string,
  log: Log,
): PendingStore {
  async function readPartition(partition: string, from: number): Promise<PendingItem[]> {
    const found: PendingItem[] = [];
    let start: AttributePage['LastEvaluatedKey'];
    do {
      const { Items: items = [], LastEvaluatedKey: last }: AttributePage =
        await table.queryAttributes({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND sk >= :from',
          ExpressionAttributeValues: {
            ':pk': { S: partition },
            ':from': { S: pendingPrefix(Math.max(0, Math.ceil(from))) },
          },
          ConsistentRead: true,
          ProjectionExpression: 'sk, messages',
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        });
      for (const item of items) {
        const read = readItem(item);
        if (read !== undefined) found.push(read);
      }
      start = last;
    } while (start !== undefined);
    return found;
  }

  function readItem(item: Record<string, AttributeValue>): PendingItem | undefined {
    const { id, recordedAt } = parsePendingSortKey(item['sk']?.S ?? '');
    try {
      const messages = (item['messages']?.L ?? []).map(({ S: text = '' }) => readOutgoing(text));
      return { id, recordedAt, messages };
    } catch {
      // The error is not logged: it would repeat the beginning of the message's text.
      log.error('pending event not read', { eventId: id });
      return undefined;
    }
  }

  return {
    async record({ id, recordedAt, messages }) {
      const item = {
        ...pendingKey({ id, recordedAt }),
        messages: messages.map(({ text }) => text),
        [ttlAttribute]: ttlOf(recordedAt + lifetimeMilliseconds),
      };
      await table.put({ TableName: tableName, Item: item });
    },

    async since(from) {
      const read = await Promise.all(
        pendingPartitions.map((partition) => readPartition(partition, from)),
      );
      return read.flat().sort(byTime);
    },
  };
}

function byTime(one: PendingItem, other: PendingItem): number {
  return one.recordedAt - other.recordedAt || (one.id < other.id ? -1 : 1);
}
