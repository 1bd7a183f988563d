// Stores the registers in DynamoDB: one item for each agent and each session, spread over shards by agent.
import {
  paginateQuery,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import {
  definitionOf,
  isNewer,
  registerOf,
  versionOfEvent,
  type EventMessage,
} from '#sdk/protocol';
import type { StateStore, StorageTimes } from '#core/broadcasting/ports';
import { readItems } from '../requests/dynamo-batch-get';
import { wasMet } from '../requests/dynamo-condition';
import { stateKey, statePartition, stateRangesOf, type StateRange } from '../dynamo-keys';
import { fieldAttributes, toAttributes, toStored, type StateItem } from './dynamo-state-items';
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
      const command = putIfNewer(tableName, event, times);
      return (await wasMet(sender.send(command))) ? 'stored' : 'stale';
    },

    async completeBroadcast(event) {
      await wasMet(sender.send(markBroadcast(tableName, event)));
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

/** Writes an event into its register, unless the register holds a newer one, or the same one and its broadcast is done. */
function putIfNewer(
  tableName: string,
  event: EventMessage,
  { updatedAt, expiresAt }: StorageTimes,
): PutCommand {
  const { timestamp, value } = versionOfEvent(event);
  const item: Omit<StateItem, 'sk'> = {
    ...toAttributes(event),
    timestamp,
    updatedAt,
    broadcast: 'pending',
    // Readers compare it with the current time in seconds, which is rounded down as well.
    [ttlAttribute]: ttlOf(expiresAt, 'down'),
  };
  return new PutCommand({
    TableName: tableName,
    Item: { ...stateKey(event), ...item },
    // Strings are compared by their bytes of UTF-8, as `isNewer` of the protocol compares them. AND is evaluated
    // before OR; with parentheses it would take dynalite, which is the local stack's table, 2 ms to read this:
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html#Expressions.OperatorsAndFunctions.Precedence
    ConditionExpression:
      'attribute_not_exists(pk) OR #timestamp < :timestamp ' +
      'OR #timestamp = :timestamp AND #value < :value ' +
      'OR #timestamp = :timestamp AND #value = :value AND #broadcast = :pending',
    ExpressionAttributeNames: namesOf(event),
    ExpressionAttributeValues: { ':timestamp': timestamp, ':value': value, ':pending': 'pending' },
  });
}

/** Marks an event as broadcast, if its register still holds it. */
function markBroadcast(tableName: string, event: EventMessage): UpdateCommand {
  const { timestamp, value } = versionOfEvent(event);
  return new UpdateCommand({
    TableName: tableName,
    Key: stateKey(event),
    UpdateExpression: 'SET #broadcast = :done',
    ConditionExpression: '#timestamp = :timestamp AND #value = :value',
    ExpressionAttributeNames: namesOf(event),
    ExpressionAttributeValues: { ':timestamp': timestamp, ':value': value, ':done': 'done' },
  });
}

function namesOf({ type }: EventMessage): Record<string, string> {
  return {
    '#timestamp': 'timestamp',
    '#value': definitionOf(type).value,
    '#broadcast': 'broadcast',
  };
}

/** The registers of a range of keys that were written after `since`, and have not expired. */
function queryRegisters(
  tableName: string,
  { pk, sk, prefix }: StateRange,
  since: number,
  now: number,
): QueryCommandInput {
  const fields = [...fieldAttributes, 'timestamp', 'updatedAt'];
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
