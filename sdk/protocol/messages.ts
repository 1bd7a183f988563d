// Every message that goes over a WebSocket, in either direction. docs/protocol.md describes them for people.
import * as v from 'valibot';
import { eventTypeDefinitions, type EventType, type SnapshotLists } from './event-message';
import { eventTypes, payloadSchemas, timestampSchema, type PayloadSchema } from './events';
import { describeFaults, objectOf, parse, type Parsed } from './parse';

/** Why the server did not do what a client's message asked. */
export type ErrorCode =
  | 'invalid_json'
  | 'invalid_frame'
  | 'unknown_type'
  | 'rate_limited'
  | 'token_refused'
  | 'unavailable';

/** Why the server closes a connection, when it decides so itself; an operator's reason is any text. */
export type ClosingReason = 'token_expired' | 'replaced' | 'rate_limited';

const schemaOf = <Type extends string, Payload extends v.GenericSchema>(
  type: Type,
  payload: Payload,
) => objectOf({ type: v.literal(type), payload });

const withTimestamp = objectOf({ timestamp: timestampSchema });
const text = v.string('must be a string');
const secondsProblem = 'must be a whole number of seconds, at least 1';
const unknownType = 'must be the type of a documented message';

type EventSchema<Type extends EventType> = ReturnType<typeof schemaOf<Type, PayloadSchema<Type>>>;

const eventSchemas = eventTypes.map((type) =>
  schemaOf(type, payloadSchemas[type] as v.GenericSchema),
) as unknown as readonly { [Type in EventType]: EventSchema<Type> }[EventType][];

/** The lists that every snapshot has always had. Where a server does not know a later type, its list is empty. */
const requiredLists: readonly string[] = ['agents', 'sessions'];

const listSchemas = Object.fromEntries(
  eventTypeDefinitions.map(({ type, list }) => {
    const schema = v.array(payloadSchemas[type] as v.GenericSchema, 'must be a list');
    return [list, requiredLists.includes(list) ? schema : v.optional(schema, [])];
  }),
) as unknown as {
  [List in keyof SnapshotLists]: v.GenericSchema<unknown, SnapshotLists[List]>;
};

const batchedSchema = v.variant(
  'type',
  [...eventSchemas, schemaOf('heartbeat', withTimestamp)],
  'must be the type of a message that can be in a batch',
);

/** Everything that the server sends. */
export const serverMessageSchema = v.variant(
  'type',
  [
    ...batchedSchema.options,
    schemaOf(
      'batch',
      objectOf({
        messages: v.pipe(
          v.array(batchedSchema, 'must be a list'),
          v.minLength(2, 'must have two or more messages'),
        ),
      }),
    ),
    schemaOf('pong', withTimestamp),
    schemaOf(
      'state:snapshot',
      objectOf({
        ...listSchemas,
        timestamp: timestampSchema,
        complete: v.boolean('must be true or false'),
        // Servers of before do not say.
        heartbeatSeconds: v.exactOptional(
          v.pipe(
            v.number(secondsProblem),
            v.safeInteger(secondsProblem),
            v.minValue(1, secondsProblem),
            v.description('Seconds between two heartbeats of this deployment.'),
          ),
        ),
      }),
    ),
    schemaOf('token:refreshed', objectOf({ expiresAt: timestampSchema })),
    // Codes and reasons are open lists: later versions may add some.
    schemaOf('error', objectOf({ code: text, message: text })),
    schemaOf('connection:closing', objectOf({ reason: text })),
  ],
  unknownType,
);

/** Everything that a client may send. */
export const clientMessageSchema = v.variant(
  'type',
  [
    objectOf({ type: v.literal('ping') }),
    objectOf({
      type: v.literal('state:sync'),
      payload: v.exactOptional(objectOf({ since: v.exactOptional(timestampSchema) })),
    }),
    schemaOf('token:refresh', objectOf({ token: v.pipe(text, v.nonEmpty('must not be empty')) })),
  ],
  unknownType,
);

/** What a batch may carry: the messages that go out to many connections at once. */
export type BatchedMessage = v.InferOutput<typeof batchedSchema>;
/** A message that the server sends, by `type`. Timestamps are milliseconds since the Unix epoch. */
export type ServerMessage = v.InferOutput<typeof serverMessageSchema>;
/** A message that a client sends, by `type`. `since` is in milliseconds since the Unix epoch. */
export type ClientMessage = v.InferOutput<typeof clientMessageSchema>;

/** A client's message that was not understood: the code and the message of the `error` message to answer with. */
export interface Misunderstanding {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The text of a message, ready to send. */
export function serializeMessage(message: ServerMessage | ClientMessage): string {
  return JSON.stringify(message);
}

/** Reads what the server sent. Keys that are not documented are dropped. */
export function parseServerMessage(text: string): Parsed<ServerMessage> {
  const json = parseJson(text);
  return json.ok ? parse(serverMessageSchema, json.value) : json;
}

/** Reads what a client sent, or says how to answer it. */
export function parseClientMessage(
  text: string,
): { ok: true; value: ClientMessage } | ({ ok: false } & Misunderstanding) {
  const json = parseJson(text);
  if (!json.ok) return { ok: false, code: 'invalid_json', message: 'A message must be JSON text.' };
  const typed = parse(objectOf({ type: v.string() }), json.value);
  if (!typed.ok) {
    const message = 'A message must be an object whose "type" is a string.';
    return { ok: false, code: 'invalid_frame', message };
  }
  if (!clientMessageTypes.some((type) => type === typed.value.type)) {
    const message = `A client may send: ${clientMessageTypes.join(', ')}.`;
    return { ok: false, code: 'unknown_type', message };
  }
  const parsed = parse(clientMessageSchema, json.value);
  if (parsed.ok) return parsed;
  return { ok: false, code: 'invalid_frame', message: `${describeFaults(parsed.faults)}.` };
}

const clientMessageTypes = clientMessageSchema.options.map((option) => option.entries.type.literal);

/** The message that tells a client why what it sent was not done. */
export function errorMessage(code: ErrorCode, message: string): ServerMessage {
  return { type: 'error', payload: { code, message } };
}

function parseJson(text: string): Parsed<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false, faults: [{ path: '', problem: 'must be JSON text' }] };
  }
}
