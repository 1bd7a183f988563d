// Defines the schemas of events. An event and its message have the same type.
import * as v from 'valibot';
import { eventTypeDefinitions, type EventType, type Payload } from './event-message';
import type { FieldKind } from './event-type';
import { agentStatus } from './event-types/agent-status';
import { maxIdBytes, utf8Length } from './limits';
import { objectOf } from './parse';

/** A character that is neither blank nor invisible. Ids without one look alike. */
export const visible = /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

const idProblem = `must be a non-empty string of at most ${maxIdBytes} bytes`;
const id = v.pipe(
  v.string(idProblem),
  v.nonEmpty(idProblem),
  v.check((text) => utf8Length(text) <= maxIdBytes, idProblem),
  v.check((text) => text === '' || visible.test(text), 'must have a character that can be seen'),
  // A lone surrogate has no UTF-8 encoding: two ids that differ only in one would be stored as the same id.
  v.check((text) => !/\p{Surrogate}/u.test(text), idProblem),
  // JSON Schema can limit only the number of characters, each of which has at least one byte.
  v.metadata({
    description: `1 to ${maxIdBytes} bytes of UTF-8, with a character that can be seen.`,
    maxLength: maxIdBytes,
  }),
);

const timestampProblem = 'must be an integer number of milliseconds since the Unix epoch';

/** Milliseconds since the Unix epoch, as an integer. */
export const timestampSchema = v.pipe(
  v.number(timestampProblem),
  v.safeInteger(timestampProblem),
  v.minValue(0, timestampProblem),
  v.description('Milliseconds since the Unix epoch.'),
);

/** The schema of each kind of field. */
export const fieldSchemas = {
  id,
  // A lone surrogate has no UTF-8 encoding: the stored text would differ from the text that is sent.
  string: v.pipe(
    v.string('must be a string'),
    v.transform((text) => text.toWellFormed()),
  ),
  number: v.pipe(v.number('must be a number'), v.finite('must be a finite number')),
  timestamp: timestampSchema,
};

function fieldSchema(kind: FieldKind) {
  if (typeof kind === 'string') return fieldSchemas[kind];
  return v.picklist(kind, `must be one of ${kind.join(', ')}`);
}

/** The schema of the payload of an event type. */
export type PayloadSchema<Type extends EventType> = v.GenericSchema<unknown, Payload<Type>>;

/** The schema of the payload of each event type. */
export const payloadSchemas = Object.fromEntries(
  eventTypeDefinitions.map(({ type, fields }) => [
    type,
    objectOf(
      Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, fieldSchema(kind)])),
    ),
  ]),
) as unknown as { readonly [Type in EventType]: PayloadSchema<Type> };

/** The event types, which EventBridge calls detail types. */
export const eventTypes: readonly EventType[] = eventTypeDefinitions.map(({ type }) => type);

/** The statuses of an agent: `online` (running and healthy), `offline` (stopped) and `error` (failed). */
export const agentStatuses = agentStatus.fields.status;

/** The status of an agent: `agentId` of 1 to 128 bytes of UTF-8, `timestamp` in milliseconds since the Unix epoch. */
export type AgentStatus = Payload<'agent:status'>;
/**
 * The newest message of a session: ids of 1 to 128 bytes of UTF-8 each, `timestamp` in milliseconds since the Unix epoch. The
 * whole message has at most 32,640 bytes.
 */
export type SessionActivity = Payload<'session:activity'>;
