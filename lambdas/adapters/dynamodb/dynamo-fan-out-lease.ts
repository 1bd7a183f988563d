// Stores the fan-out lease in DynamoDB: one item without a TTL, which is small because every event may read it.
import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { FanOutLease, HeldState, LeaseState, SentKeys } from '#core/coalescing/ports';
import { wasMet } from './requests/dynamo-condition';
import { leasePartition } from './dynamo-keys';
import type { TableRequests } from './requests/table-requests';

const leaseKey = { pk: leasePartition, sk: 'fan-out' };
const sentKey = { pk: leasePartition, sk: 'sent' };

/** All times are milliseconds since the Unix epoch. */
interface LeaseItem {
  readonly holder?: string;
  readonly heldUntil?: number;
  readonly read?: number;
  readonly doneBatched?: number;
  readonly doneSingle?: number;
  readonly flushedAt?: number;
  readonly hasSent?: boolean;
}

export function createDynamoFanOutLease(table: TableRequests, tableName: string): FanOutLease {
  const write = (holder: string, state: HeldState, alsoRemove = '') =>
    wasMet(
      table.update({
        TableName: tableName,
        Key: leaseKey,
        UpdateExpression:
          'SET heldUntil = :heldUntil, #read = :read, doneBatched = :doneBatched, ' +
          `doneSingle = :doneSingle, flushedAt = :flushedAt, hasSent = :hasSent${alsoRemove}`,
        ConditionExpression: 'holder = :holder',
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
        ExpressionAttributeNames: { '#read': 'read' },
        ExpressionAttributeValues: {
          ':holder': holder,
          ':heldUntil': state.heldUntil,
          ':read': state.read,
          ':doneBatched': state.done.batched,
          ':doneSingle': state.done.single,
          ':flushedAt': state.flushedAt,
          ':hasSent': state.hasSent,
        },
      }),
    );

  return {
    async look() {
      const { Item: item } = await table.get({
        TableName: tableName,
        Key: leaseKey,
        ConsistentRead: true,
      });
      return toState(item);
    },

    async acquire(holder, now, heldUntil) {
      const input: UpdateCommandInput = {
        TableName: tableName,
        Key: leaseKey,
        UpdateExpression: 'SET holder = :holder, heldUntil = :heldUntil',
        // The AWS SDK repeats a request whose answer was lost. If the first one was carried out, this holder has the lease,
        // so the second one must succeed, too: otherwise no invocation would flush until the lease expires.
        ConditionExpression:
          'attribute_not_exists(holder) OR heldUntil <= :now OR holder = :holder',
        ExpressionAttributeValues: { ':holder': holder, ':heldUntil': heldUntil, ':now': now },
        ReturnValues: 'ALL_OLD',
      };
      let old: LeaseItem | undefined;
      const isTaken = await wasMet(
        table.update(input).then(({ Attributes: attributes }) => (old = attributes)),
      );
      return isTaken ? toState(old) : undefined;
    },

    refresh: (holder, state) => write(holder, state),

    release: (holder, state) => write(holder, state, ' REMOVE holder'),

    async saveSent({ batched, single }) {
      const item = { ...sentKey, batched, single };
      await table.put({ TableName: tableName, Item: item });
    },

    async readSent() {
      const { Item: item } = await table.get({
        TableName: tableName,
        Key: sentKey,
        ConsistentRead: true,
      });
      const { batched = [], single = [] } = (item ?? {}) as Partial<SentKeys>;
      return { batched, single };
    },
  };
}

function toState(item: LeaseItem = {}): LeaseState {
  return {
    holder: item.holder,
    heldUntil: item.heldUntil ?? 0,
    read: item.read ?? 0,
    done: { batched: item.doneBatched ?? 0, single: item.doneSingle ?? 0 },
    flushedAt: item.flushedAt ?? 0,
    hasSent: item.hasSent ?? false,
  };
}
