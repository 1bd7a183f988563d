// Stores the registers in DynamoDB: one item for each agent and each session, spread over shards by agent.
import {
  paginateQuery,
  type DynamoDBDocumentClient,
  type PutCommand,
  type QueryCommandInput,
  type UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { isNewer, registerOf, versionOfEvent, type EventMessage } from '#sdk/protocol';
import type { StateStore } from '#core/broadcasting/ports';
import { readItems } from '../requests/dynamo-batch-get';
import { wasMet } from '../requests/dynamo-condition';
import { stateKey, statePartition, stateRangesOf, type StateRange } from '../dynamo-keys';
import { fieldAttributes, toStored, type StateItem } from './dynamo-state-items';
import { markBroadcast, markPending, putIfNewer, restartTimeToLive } from './dynamo-state-writes';
import { ttlAttribute, ttlOf } from '../dynamo-ttl';
import type { Sender } from '../requests/dynamo-sender';

/** @param sender writes registers. Default: `client`. */
export function createDynamoStateStore(
  client: DynamoDBDocumentClient,
  tableName: string,
  sender: Sender = client,
): StateStore {
  return {
    areSuperseded: (events) => areSuperseded(client, tableName, events),

    async put(event, times) {
      const write = (command: PutCommand | UpdateCommand) => wasMet(sender.send(command as never));
      const { aliveForSeconds, mustStore = false } = times;
      if (aliveForSeconds !== undefined && !mustStore) {
        if (await write(restartTimeToLive(tableName, event, times))) return 'prolonged';
      }
      return (await write(putIfNewer(tableName, event, times))) ? 'stored' : 'stale';
    },

    async completeBroadcast(event) {
      await wasMet(sender.send(markBroadcast(tableName, event)));
    },

    async requireBroadcast(event) {
      await wasMet(sender.send(markPending(tableName, event)));
    },

    pages: (shard, since, now) =>
      readPages(client, queryRegisters(tableName, { pk: statePartition(shard) }, since, now)),

    async *pagesOfAgent(agentId, since, now) {
      for (const range of stateRangesOf(agentId))
        yield* readPages(client, queryRegisters(tableName, range, since, now));
    },
  };
}

async function* readPages(client: DynamoDBDocumentClient, query: QueryCommandInput) {
  for await (const { Items: items = [] } of paginateQuery({ client }, query))
    yield (items as StateItem[]).flatMap(toStored);
}

/** For each event, whether its register holds a newer one. */
async function areSuperseded(
  client: DynamoDBDocumentClient,
  tableName: string,
  events: readonly EventMessage[],
): Promise<boolean[]> {
  const newest = new Map(
    (await readItems<StateItem>(client, tableName, events.map(stateKey)))
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
