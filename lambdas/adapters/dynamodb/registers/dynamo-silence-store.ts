// Finds silent agents in their registers, and writes what the service reports about them.
import type { QueryCommandInput, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { definitionOf, versionOfEvent, type EventMessage } from '#sdk/protocol';
import type { SilenceStore, SilentRegister } from '#core/silence/ports';
import { rangesOfSilent, stateKey, type StateRange } from '../dynamo-keys';
import { wasMet } from '../requests/dynamo-condition';
import { toStored, type StateItem } from './dynamo-state-items';
import { queryPages, type TableRequests } from '../requests/table-requests';

export function createDynamoSilenceStore(table: TableRequests, tableName: string): SilenceStore {
  return {
    async *pages(shard, now) {
      for (const range of rangesOfSilent(shard)) {
        const query = querySilent(tableName, range, now);
        for await (const items of queryPages(table, query))
          yield (items as SilentItem[]).flatMap(toSilent);
      }
    },

    store: (silent, updatedAt) => wasMet(table.update(writeSilent(tableName, silent, updatedAt))),

    async complete(silent) {
      await wasMet(table.update(endSilence(tableName, silent)));
    },
  };
}

type SilentItem = StateItem & Required<Pick<StateItem, 'aliveUntil'>>;

/** The registers whose time to live has ended. Only those of agents are read, not those of sessions. */
function querySilent(
  tableName: string,
  { pk, prefix }: StateRange,
  now: number,
): QueryCommandInput {
  return {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    FilterExpression: 'aliveUntil <= :now',
    ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix, ':now': now },
  };
}

/** A silent register; empty if this version does not know its event type. */
function toSilent(item: SilentItem): SilentRegister[] {
  const { timestamp: reportedAt, aliveUntil, aliveForSeconds = 0 } = item;
  return toStored(item).flatMap(({ event: { type, payload } }) => {
    const { value, whenSilent } = definitionOf(type);
    if (whenSilent === undefined) return [];
    // The time to live goes with the report: what the service has stored has none.
    const timestamp = reportedAt + aliveForSeconds * 1000;
    const event = { type, payload: { ...payload, [value]: whenSilent, timestamp } } as EventMessage;
    return [{ event, reportedAt, aliveUntil, isStored: item.aliveForSeconds === undefined }];
  });
}

/** Stores the event of a silent register. `aliveUntil` stays, so that the register is found again until the event is sent. */
function writeSilent(
  tableName: string,
  { event, reportedAt, aliveUntil }: SilentRegister,
  updatedAt: number,
): UpdateCommandInput {
  const { timestamp, value } = versionOfEvent(event);
  return {
    TableName: tableName,
    Key: stateKey(event),
    UpdateExpression:
      'SET #value = :value, #timestamp = :timestamp, #updatedAt = :updatedAt, #broadcast = :pending ' +
      'REMOVE #since, #aliveForSeconds',
    ConditionExpression: '#timestamp = :reportedAt AND #aliveUntil = :aliveUntil',
    ExpressionAttributeNames: {
      ...namesOf(event),
      '#updatedAt': 'updatedAt',
      '#since': 'since',
      '#aliveForSeconds': 'aliveForSeconds',
    },
    ExpressionAttributeValues: {
      ':value': value,
      ':timestamp': timestamp,
      ':updatedAt': updatedAt,
      ':pending': 'pending',
      ':reportedAt': reportedAt,
      ':aliveUntil': aliveUntil,
    },
  };
}

function endSilence(tableName: string, { event, aliveUntil }: SilentRegister): UpdateCommandInput {
  const { timestamp, value } = versionOfEvent(event);
  return {
    TableName: tableName,
    Key: stateKey(event),
    UpdateExpression: 'SET #broadcast = :done REMOVE #aliveUntil',
    ConditionExpression:
      '#timestamp = :timestamp AND #value = :value AND #aliveUntil = :aliveUntil',
    ExpressionAttributeNames: namesOf(event),
    ExpressionAttributeValues: {
      ':timestamp': timestamp,
      ':value': value,
      ':aliveUntil': aliveUntil,
      ':done': 'done',
    },
  };
}

function namesOf({ type }: EventMessage): Record<string, string> {
  return {
    '#timestamp': 'timestamp',
    '#value': definitionOf(type).value,
    '#broadcast': 'broadcast',
    '#aliveUntil': 'aliveUntil',
  };
}
