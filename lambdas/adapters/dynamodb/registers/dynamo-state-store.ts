// Stores the registers in DynamoDB: one item for each agent and each session, spread over shards by agent.
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { isNewer, registerOf, versionOfEvent, type EventMessage } from '#sdk/protocol';
import type { StateStore } from '#core/broadcasting/ports';
import { readItems } from '../requests/dynamo-batch-get';
import { wasMet } from '../requests/dynamo-condition';
import { stateKey, statePartition, stateRangesOf, type StateRange } from '../dynamo-keys';
import { fieldAttributes, toStored, type StateItem } from './dynamo-state-items';
import { markBroadcast, markPending, putIfNewer, restartTimeToLive } from './dynamo-state-writes';
import { ttlAttribute, ttlOf } from '../dynamo-ttl';
import { queryPages, type TableRequests } from '../requests/table-requests';

export function createDynamoStateStore(table: TableRequests, tableName: string): StateStore {
  return {
    areSuperseded: (events) => areSuperseded(table, tableName, events),

    async put(event, times) {
      const { aliveForSeconds, mustStore = false } = times;
      if (aliveForSeconds !== undefined && !mustStore) {
        if (await wasMet(table.update(restartTimeToLive(tableName, event, times))))
          return 'prolonged';
      }
      return (await wasMet(table.put(putIfNewer(tableName, event, times)))) ? 'stored' : 'stale';
    },

    async completeBroadcast(event) {
      await wasMet(table.update(markBroadcast(tableName, event)));
    },

    async requireBroadcast(event) {
      await wasMet(table.update(markPending(tableName, event)));
    },

    pages: (shard, since, now) =>
      readPages(table, queryRegisters(tableName, { pk: statePartition(shard) }, since, now)),

    async *pagesOfAgent(agentId, since, now) {
      for (const range of stateRangesOf(agentId))
        yield* readPages(table, queryRegisters(tableName, range, since, now));
    },
  };
}

async function* readPages(table: TableRequests, query: QueryCommandInput) {
  for await (const items of queryPages(table, query))
    yield (items as StateItem[]).flatMap(toStored);
}

/** For each event, whether its register holds a newer one. */
async function areSuperseded(
  table: TableRequests,
  tableName: string,
  events: readonly EventMessage[],
): Promise<boolean[]> {
  const newest = new Map(
    (await readItems<StateItem>(table, tableName, events.map(stateKey)))
      .flatMap(toStored)
      .map(({ event }) => [registerOf(event), versionOfEvent(event)]),
  );
  return events.map((event) => {
    const held = newest.get(registerOf(event));
    return held !== undefined && isNewer(held, versionOfEvent(event));
  });
}

/** The registers of a range of keys that were written after `since`, and have not expired. */
function queryRegisters(
  tableName: string,
  { pk, sk, prefix }: StateRange,
  since: number,
  now: number,
): QueryCommandInput {
  const fields = [...new Set([...fieldAttributes, 'timestamp', 'since', 'updatedAt'])];
  const condition =
    sk !== undefined ? ' AND sk = :sk' : prefix !== undefined ? ' AND begins_with(sk, :sk)' : '';
  return {
    TableName: tableName,
    KeyConditionExpression: `pk = :pk${condition}`,
    FilterExpression: '#updatedAt > :since AND #ttl > :now',
    ProjectionExpression: ['sk', ...fields.map((name) => `#${name}`)].join(', '),
    ExpressionAttributeNames: {
      '#ttl': ttlAttribute,
      ...Object.fromEntries(fields.map((name) => [`#${name}`, name])),
    },
    ExpressionAttributeValues: {
      ':pk': pk,
      ...(condition !== '' && { ':sk': sk ?? prefix }),
      ':since': since,
      ':now': ttlOf(now, 'down'),
    },
  };
}
