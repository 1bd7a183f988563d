// The registers in DynamoDB: one item for each agent and each session, spread over shards by agent.
import {
  BatchGetCommand,
  paginateQuery,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { isNewer, registerOf, versionOf, type EventMessage } from '#sdk/protocol';
import type { StateStore, StoredEvent } from '#core/broadcasting/ports';
import { wasMet } from './requests/dynamo-condition';
import { parseStateSortKey, stateKey, statePartition } from './dynamo-keys';
import type { Sender } from './requests/dynamo-sender';

/** What DynamoDB reads in one request. */
const readBatchSize = 100;

/** How often it is asked again for what it was too busy to read. */
const maxReads = 5;

/** What a register's item holds beside its keys. */
interface StateItem {
  readonly sk: string;
  /** Of an agent. */
  readonly status?: string;
  /** Of a session. */
  readonly lastMessage?: string;
  /** The backend's clock, in milliseconds since the Unix epoch. */
  readonly timestamp: number;
  /** The server's clock, in milliseconds since the Unix epoch. */
  readonly updatedAt: number;
  readonly broadcast: 'pending' | 'done';
  /** Seconds since the Unix epoch. */
  readonly expiresAt: number;
}

type StateKey = ReturnType<typeof stateKey>;

const valueNames = { 'agent:status': 'status', 'session:activity': 'lastMessage' } as const;

/** @param sender writes registers. Default: `client`. */
export function createDynamoStateStore(
  client: DynamoDBDocumentClient,
  tableName: string,
  sender: Sender = client,
): StateStore {
  /** Reads registers; those that hold nothing are left out. */
  async function readBatch(keys: readonly StateKey[]): Promise<StateItem[]> {
    const found: StateItem[] = [];
    let left = keys;
    for (let reads = 0; left.length > 0; reads += 1) {
      if (reads === maxReads) throw new Error(`DynamoDB did not read ${left.length} registers`);
      const command = new BatchGetCommand({
        RequestItems: { [tableName]: { Keys: [...left], ConsistentRead: true } },
      });
      const { Responses: read = {}, UnprocessedKeys: unprocessed = {} } =
        await client.send(command);
      found.push(...((read[tableName] ?? []) as StateItem[]));
      left = (unprocessed[tableName]?.Keys ?? []) as StateKey[];
    }
    return found;
  }

  return {
    async areSuperseded(events) {
      // DynamoDB refuses a request that names a key twice.
      const keys = [
        ...new Map(events.map((event) => [registerOf(event), stateKey(event)])).values(),
      ];
      const batches: StateKey[][] = [];
      for (let start = 0; start < keys.length; start += readBatchSize) {
        batches.push(keys.slice(start, start + readBatchSize));
      }
      const items = (await Promise.all(batches.map(readBatch))).flat();
      const newest = new Map(
        items.map((item) => {
          const { event } = toStored(item);
          return [registerOf(event), versionOf(event.payload)];
        }),
      );
      return events.map((event) => {
        const held = newest.get(registerOf(event));
        return held !== undefined && isNewer(held, versionOf(event.payload));
      });
    },

    async put({ type, payload }, { updatedAt, expiresAt }) {
      const { timestamp, value } = versionOf(payload);
      const item: Omit<StateItem, 'sk'> = {
        [valueNames[type]]: value,
        timestamp,
        updatedAt,
        broadcast: 'pending',
        expiresAt: Math.floor(expiresAt / 1000),
      };
      const command = new PutCommand({
        TableName: tableName,
        Item: { ...stateKey({ type, payload } as EventMessage), ...item },
        // Strings are compared by their bytes of UTF-8, as `isNewer` of the protocol compares them. AND is evaluated
        // before OR; with parentheses it would take dynalite, which is the local stack's table, 2 ms to read this:
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html#Expressions.OperatorsAndFunctions.Precedence
        ConditionExpression:
          'attribute_not_exists(pk) OR #timestamp < :timestamp ' +
          'OR #timestamp = :timestamp AND #value < :value ' +
          'OR #timestamp = :timestamp AND #value = :value AND #broadcast = :pending',
        ExpressionAttributeNames: {
          '#timestamp': 'timestamp',
          '#value': valueNames[type],
          '#broadcast': 'broadcast',
        },
        ExpressionAttributeValues: {
          ':timestamp': timestamp,
          ':value': value,
          ':pending': 'pending',
        },
      });
      return (await wasMet(sender.send(command))) ? 'stored' : 'stale';
    },

    async completeBroadcast({ type, payload }) {
      const { timestamp, value } = versionOf(payload);
      const command = new UpdateCommand({
        TableName: tableName,
        Key: stateKey({ type, payload } as EventMessage),
        UpdateExpression: 'SET #broadcast = :done',
        ConditionExpression: '#timestamp = :timestamp AND #value = :value',
        ExpressionAttributeNames: {
          '#timestamp': 'timestamp',
          '#value': valueNames[type],
          '#broadcast': 'broadcast',
        },
        ExpressionAttributeValues: { ':timestamp': timestamp, ':value': value, ':done': 'done' },
      });
      await wasMet(sender.send(command));
    },

    async *pages(shard, since, now) {
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          FilterExpression: '#updatedAt > :since AND #expiresAt > :now',
          ProjectionExpression: 'sk, #status, #lastMessage, #timestamp, #updatedAt',
          ExpressionAttributeNames: {
            '#updatedAt': 'updatedAt',
            '#expiresAt': 'expiresAt',
            '#status': 'status',
            '#lastMessage': 'lastMessage',
            '#timestamp': 'timestamp',
          },
          ExpressionAttributeValues: {
            ':pk': statePartition(shard),
            ':since': since,
            ':now': Math.floor(now / 1000),
          },
        },
      );
      for await (const { Items: items = [] } of pages) yield (items as StateItem[]).map(toStored);
    },
  };
}

function toStored({ sk, status, lastMessage, timestamp, updatedAt }: StateItem): StoredEvent {
  const { agentId, sessionId } = parseStateSortKey(sk);
  const event =
    sessionId === undefined
      ? { type: 'agent:status', payload: { agentId, status, timestamp } }
      : { type: 'session:activity', payload: { agentId, sessionId, lastMessage, timestamp } };
  return { event: event as EventMessage, updatedAt };
}
