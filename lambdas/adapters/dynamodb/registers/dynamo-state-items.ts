// Converts registers to items of the table and back: ids are in the key, and all other fields are attributes.
import { eventTypeDefinitions, definitionOf, type EventMessage } from '#sdk/protocol';
import type { StorageTimes, StoredEvent } from '#core/broadcasting/ports';
import { parseStateSortKey } from '../dynamo-keys';
import type { ttlAttribute } from '../dynamo-ttl';

/** The attributes that the items of all registers have, whatever the event type. */
export interface StateItem {
  readonly sk: string;
  /** The backend's clock, in milliseconds since the Unix epoch. */
  readonly timestamp: number;
  /** The server's clock, in milliseconds since the Unix epoch. */
  readonly updatedAt: number;
  readonly broadcast: 'pending' | 'done';
  /** Seconds since the Unix epoch. */
  readonly [ttlAttribute]: number;
  /** The time to live of the agent, in seconds. */
  readonly aliveForSeconds?: number;
  /** When the time to live ends, by the server's clock, in milliseconds since the Unix epoch. */
  readonly aliveUntil?: number;
  /** The timestamp of the first event of this value; only if later events have prolonged its time to live. */
  readonly since?: number;
}

/** The names of the fields of any event that are attributes of items, without `timestamp`. */
export const fieldAttributes: readonly string[] = [
  ...new Set(eventTypeDefinitions.flatMap(({ fields }) => attributesOf(fields))),
];

/**
 * The fields of an event as attributes of its item, without `timestamp`. All are strings, because versions are compared by
 * their text. Numbers are strings, too, because DynamoDB does not support all of them.
 */
export function toAttributes({ type, payload }: EventMessage): Record<string, string> {
  const values: Readonly<Record<string, unknown>> = payload;
  const names = attributesOf(definitionOf(type).fields);
  return Object.fromEntries(names.map((name) => [name, String(values[name])]));
}

function attributesOf(fields: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(fields).filter((name) => fields[name] !== 'id' && name !== 'timestamp');
}

/** The attributes of a time to live; none if the agent has none. */
export function timeToLiveOf({
  updatedAt,
  aliveFrom = updatedAt,
  aliveForSeconds,
}: StorageTimes): Pick<StateItem, 'aliveForSeconds' | 'aliveUntil'> {
  if (aliveForSeconds === undefined) return {};
  return { aliveForSeconds, aliveUntil: aliveFrom + aliveForSeconds * 1000 };
}

/** The event in an item; empty if this version does not know its event type, e.g. after a deployment was rolled back. */
export function toStored(item: StateItem): StoredEvent[] {
  const { definition, ids } = parseStateSortKey(item.sk);
  if (definition === undefined) return [];
  const left = [...ids];
  const timestamp = definition.whenSilent === undefined ? item.timestamp : firstTimestampOf(item);
  const attributes: Readonly<Record<string, unknown>> = { ...item, timestamp };
  const payload = Object.entries(definition.fields).map(([name, kind]) => {
    if (kind === 'id') return [name, left.shift()];
    const isNumber = kind === 'number' || kind === 'timestamp';
    return [name, isNumber ? Number(attributes[name]) : attributes[name]];
  });
  const event = { type: definition.type, payload: Object.fromEntries(payload) as unknown };
  return [{ event: event as EventMessage, updatedAt: item.updatedAt }];
}

function firstTimestampOf({ since, timestamp }: StateItem): number {
  return since ?? timestamp;
}
