// Stores the plan of heartbeats, and the last one that was sent, in DynamoDB: two small items.
import type { PutCommandInput } from '@aws-sdk/lib-dynamodb';
import type { HeartbeatPlan, HeartbeatStore } from '#core/broadcasting/ports';
import { wasMet } from './requests/dynamo-condition';
import { heartbeatPartition } from './dynamo-keys';
import type { TableRequests } from './requests/table-requests';

const planKey = { pk: heartbeatPartition, sk: 'plan' };
const takenKey = { pk: heartbeatPartition, sk: 'taken' };

export function createDynamoHeartbeatStore(
  table: TableRequests,
  tableName: string,
): HeartbeatStore {
  return {
    async plan() {
      const { Item: item } = await table.get({
        TableName: tableName,
        Key: planKey,
        ConsistentRead: true,
      });
      if (item === undefined) return undefined;
      const { until, heartbeatSeconds } = item as HeartbeatPlan;
      return { until, heartbeatSeconds };
    },

    async notePlan({ until, heartbeatSeconds }) {
      const item = { ...planKey, until, heartbeatSeconds };
      await table.put({ TableName: tableName, Item: item });
    },

    async take(dueAt, latest) {
      const input: PutCommandInput = {
        TableName: tableName,
        Item: { ...takenKey, dueAt },
        ConditionExpression: 'attribute_not_exists(pk) OR dueAt < :dueAt OR dueAt > :latest',
        ExpressionAttributeValues: { ':dueAt': dueAt, ':latest': latest },
      };
      return wasMet(table.put(input));
    },
  };
}
