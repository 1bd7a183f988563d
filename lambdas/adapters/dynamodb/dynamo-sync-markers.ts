// Stores the markers of snapshots that are being sent in DynamoDB: each expires, and is adjacent to the user's rate limits.
import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { ConnectionKey } from '#core/connections/ports';
import type { SyncMarkers } from '#core/requests/ports';
import { wasMet } from './requests/dynamo-condition';
import { encodeId, rateLimitKey } from './dynamo-keys';
import { ttlAttribute, ttlOf } from './dynamo-ttl';
import type { TableRequests } from './requests/table-requests';

export function createDynamoSyncMarkers(table: TableRequests, tableName: string): SyncMarkers {
  const update = (
    { userId, connectionId }: ConnectionKey,
    expression: Pick<UpdateCommandInput, 'UpdateExpression' | 'ConditionExpression'>,
    values: Record<string, number>,
  ) =>
    wasMet(
      table.update({
        TableName: tableName,
        Key: rateLimitKey(userId, `sync#${encodeId(connectionId)}`),
        ...expression,
        ExpressionAttributeValues: values,
      }),
    );
  return {
    begin: (key, now, until) =>
      update(
        key,
        {
          UpdateExpression: `SET runsUntil = :until, ${ttlAttribute} = :ttl`,
          ConditionExpression: 'attribute_not_exists(runsUntil) OR runsUntil <= :now',
        },
        { ':now': now, ':until': until, ':ttl': ttlOf(until) },
      ),
    async end(key, until) {
      // The item itself is deleted by its TTL, which is free.
      const withdraw = {
        UpdateExpression: 'REMOVE runsUntil',
        ConditionExpression: 'runsUntil = :until',
      };
      await update(key, withdraw, { ':until': until });
    },
  };
}
