// The registers in DynamoDB: one item for each agent and each session, spread over shards by agent.
import {
  paginateQuery,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { versionOf, type EventFrame } from '../../sdk/protocol';
import type { StateStore, StoredEvent } from '../core/ports';
import { wasMet } from './dynamo-condition';
import { parseStateSortKey, stateKey, statePartition } from './dynamo-keys';
import type { Sender } from './dynamo-sender';

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

const valueNames = { 'agent:status': 'status', 'session:activity': 'lastMessage' } as const;

/** @param sender writes registers. Default: `client`. */
export function createDynamoStateStore(
  client: DynamoDBDocumentClient,
  tableName: string,
  sender: Sender = client,
): StateStore {
  return {
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
        Item: { ...stateKey({ type, payload } as EventFrame), ...item },
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
      return (await wasMet(sender.send(command))) ? 'stored' : 'outdated';
    },

    async completeBroadcast({ type, payload }) {
      const { timestamp, value } = versionOf(payload);
      const command = new UpdateCommand({
        TableName: tableName,
        Key: stateKey({ type, payload } as EventFrame),
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
  return { event: event as EventFrame, updatedAt };
}
