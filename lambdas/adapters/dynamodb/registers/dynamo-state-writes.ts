// Creates the conditional writes of registers.
import type { PutCommandInput, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { definitionOf, versionOfEvent, type EventMessage } from '#sdk/protocol';
import type { StorageTimes } from '#core/broadcasting/ports';
import { stateKey } from '../dynamo-keys';
import { ttlAttribute, ttlOf } from '../dynamo-ttl';
import { timeToLiveOf, toAttributes, type StateItem } from './dynamo-state-items';

/** Writes an event into its register, unless the register holds a newer one, or the same one and its broadcast is done. */
export function putIfNewer(
  tableName: string,
  event: EventMessage,
  times: StorageTimes,
): PutCommandInput {
  const { timestamp, value } = versionOfEvent(event);
  const item: Omit<StateItem, 'sk'> = {
    ...toAttributes(event),
    timestamp,
    updatedAt: times.updatedAt,
    broadcast: 'pending',
    [ttlAttribute]: registerTtlOf(times),
    ...timeToLiveOf(times),
  };
  return {
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
  };
}

/**
 * Restarts the time to live in a register that holds an older event with the same value, whose broadcast is completed. The value
 * of `timestamp` before this write is the first one: the operands of SET are the attributes before the update.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
export function restartTimeToLive(
  tableName: string,
  event: EventMessage,
  times: StorageTimes,
): UpdateCommandInput {
  const { timestamp, value } = versionOfEvent(event);
  const { updatedAt, expiresAt, aliveForSeconds } = times;
  const { aliveUntil } = timeToLiveOf(times);
  return {
    TableName: tableName,
    Key: stateKey(event),
    UpdateExpression:
      'SET #since = if_not_exists(#since, #timestamp), #timestamp = :timestamp, ' +
      '#aliveForSeconds = :aliveForSeconds, #aliveUntil = :aliveUntil, #ttl = :ttl',
    ConditionExpression:
      '#value = :value AND #timestamp < :timestamp AND #broadcast = :done AND #updatedAt > :recently',
    ExpressionAttributeNames: {
      ...namesOf(event),
      '#updatedAt': 'updatedAt',
      '#aliveForSeconds': 'aliveForSeconds',
      '#aliveUntil': 'aliveUntil',
      '#ttl': ttlAttribute,
      '#since': 'since',
    },
    ExpressionAttributeValues: {
      ':timestamp': timestamp,
      ':value': value,
      ':done': 'done',
      ':aliveForSeconds': aliveForSeconds,
      ':aliveUntil': aliveUntil,
      ':ttl': registerTtlOf(times),
      // Half of the lifetime ago.
      ':recently': updatedAt - (expiresAt - updatedAt) / 2,
    },
  };
}

/** Marks the event that a register holds as not broadcast, whichever it is. */
export function markPending(tableName: string, event: EventMessage): UpdateCommandInput {
  return {
    TableName: tableName,
    Key: stateKey(event),
    UpdateExpression: 'SET #broadcast = :pending',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#broadcast': 'broadcast' },
    ExpressionAttributeValues: { ':pending': 'pending' },
  };
}

/** Marks an event as broadcast, if its register still holds it. */
export function markBroadcast(tableName: string, event: EventMessage): UpdateCommandInput {
  const { timestamp, value } = versionOfEvent(event);
  return {
    TableName: tableName,
    Key: stateKey(event),
    UpdateExpression: 'SET #broadcast = :done',
    ConditionExpression: '#timestamp = :timestamp AND #value = :value',
    ExpressionAttributeNames: namesOf(event),
    ExpressionAttributeValues: { ':timestamp': timestamp, ':value': value, ':done': 'done' },
  };
}

function namesOf({ type }: EventMessage): Record<string, string> {
  return {
    '#timestamp': 'timestamp',
    '#value': definitionOf(type).value,
    '#broadcast': 'broadcast',
  };
}

/** Readers compare it with the current time in seconds, which is rounded down as well. */
function registerTtlOf({ expiresAt, aliveForSeconds = 0 }: StorageTimes): number {
  return ttlOf(expiresAt + aliveForSeconds * 1000, 'down');
}
