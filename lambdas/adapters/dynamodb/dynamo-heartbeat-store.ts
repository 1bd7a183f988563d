// Stores the plan of heartbeats, and the last one that was sent, in DynamoDB: two small items.
import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { HeartbeatPlan, HeartbeatStore } from '#core/broadcasting/ports';
import { wasMet } from './requests/dynamo-condition';
import { heartbeatPartition } from './dynamo-keys';

const planKey = { pk: heartbeatPartition, sk: 'plan' };
const takenKey = { pk: heartbeatPartition, sk: 'taken' };

export function createDynamoHeartbeatStore(
  client: DynamoDBDocumentClient,
  tableName: string,
): HeartbeatStore {
  return {
    async plan() {
      const { Item: item } = await client.send(
        new GetCommand({ TableName: tableName, Key: planKey, ConsistentRead: true }),
      );
      if (item === undefined) return undefined;
      const { until, heartbeatSeconds } = item as HeartbeatPlan;
      return { until, heartbeatSeconds };
    },

    async notePlan({ until, heartbeatSeconds }) {
      const item = { ...planKey, until, heartbeatSeconds };
      await client.send(new PutCommand({ TableName: tableName, Item: item }));
    },

    async take(dueAt, latest) {
      const command = new PutCommand({
        TableName: tableName,
        Item: { ...takenKey, dueAt },
        ConditionExpression: 'attribute_not_exists(pk) OR dueAt < :dueAt OR dueAt > :latest',
        ExpressionAttributeValues: { ':dueAt': dueAt, ':latest': latest },
      });
      return wasMet(client.send(command));
    },
  };
}
