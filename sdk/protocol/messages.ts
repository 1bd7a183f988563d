// Defines all messages of client and server, and parses them. docs/protocol.md describes them.
import * as v from 'valibot';
import { isPattern, maxPatterns, maxPatternsBytes } from './agent-patterns';
import { eventTypeDefinitions, type EventType, type SnapshotLists } from './event-message';
import {
  eventTypes,
  fieldSchemas,
  payloadSchemas,
  timestampSchema,
  type PayloadSchema,
} from './events';
import { maxTimelinePage, utf8Length } from './limits';
import { describeFaults, objectOf, parse, type Parsed } from './parse';
import { timelineCursor } from './timelines';

/** Why the server did not do what a client has requested. */
export type ErrorCode =
  | 'invalid_json'
  | 'invalid_frame'
  | 'unknown_type'
  | 'rate_limited'
  | 'token_refused'
  | 'agent_not_visible'
  | 'timeline_off'
  | 'unavailable';

/** The reasons for which the server itself closes a connection. The reason of an operator can be any text. */
export type ClosingReason = 'token_expired' | 'replaced' | 'rate_limited';

const schemaOf = <Type extends string, Payload extends v.GenericSchema>(
  type: Type,
  payload: Payload,
) => objectOf({ type: v.literal(type), payload });

const withTimestamp = objectOf({ timestamp: timestampSchema });
const text = v.string('must be a string');
const secondsProblem = 'must be a whole number of seconds, at least 1';
const secondsSchema = v.pipe(
  v.number(secondsProblem),
  v.safeInteger(secondsProblem),
  v.minValue(1, secondsProblem),
);
const unknownType = 'must be the type of a documented message';

type EventSchema<Type extends EventType> = ReturnType<typeof schemaOf<Type, PayloadSchema<Type>>>;

const eventSchemas = eventTypes.map((type) =>
  schemaOf(type, payloadSchemas[type] as v.GenericSchema),
) as unknown as readonly { [Type in EventType]: EventSchema<Type> }[EventType][];

/** The lists of the first version, which every snapshot has. Lists of later event types are optional: older servers do not send them. */
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

/** Later versions may have other patterns, so clients accept any text. */
const inForce = v.pipe(
  v.array(text, 'must be a list of patterns'),
  v.description('The patterns of the agents whose events the connection gets.'),
);

const subscriptionProblem = `must be at most ${maxPatterns} patterns, in at most ${maxPatternsBytes} bytes`;
const patternProblem = 'must be an agent id, or a prefix that ends in *';
const subscriptionSchema = v.pipe(
  // Longer lists are not looked into: the answer has one fault for each wrong element.
  v.pipe(
    v.array(v.unknown(), 'must be a list of patterns'),
    v.maxLength(maxPatterns, subscriptionProblem),
  ),
  v.array(
    v.pipe(
      v.string(patternProblem),
      v.check((one) => isPattern(one), patternProblem),
    ),
  ),
  v.check(
    (patterns) => utf8Length(JSON.stringify(patterns)) <= maxPatternsBytes,
    subscriptionProblem,
  ),
);

const sessionIds = { agentId: fieldSchemas.id, sessionId: fieldSchemas.id };
const cursorProblem = 'must be a timestamp in digits, or the next of a session:timeline';
const cursorSchema = v.pipe(
  v.string(cursorProblem),
  v.regex(timelineCursor, cursorProblem),
  v.description('Only events before it: a timestamp in digits, or the `next` of an answer.'),
);
const pageProblem = `must be a whole number from 1 to ${maxTimelinePage}`;
const pageSchema = v.pipe(
  v.number(pageProblem),
  v.integer(pageProblem),
  v.minValue(1, pageProblem),
  v.maxValue(maxTimelinePage, pageProblem),
);

/** The schema of the server's messages. */
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
        // Older servers do not send it.
        heartbeatSeconds: v.exactOptional(
          v.pipe(
            secondsSchema,
            v.description('Seconds between two heartbeats of this deployment.'),
          ),
        ),
        // Only the last message of a snapshot has these two, because events may fill the others.
        lifetimeSeconds: v.exactOptional(
          v.pipe(
            objectOf({ agents: secondsSchema, sessions: secondsSchema }),
            v.description(
              'How long this deployment keeps events in snapshots, in seconds after it has received them: `sessions` for those with a `sessionId`, `agents` for all others.',
            ),
          ),
        ),
        visibleAgents: v.exactOptional(inForce),
      }),
    ),
    schemaOf('token:refreshed', objectOf({ expiresAt: timestampSchema })),
    schemaOf('subscribed', objectOf({ agents: inForce })),
    schemaOf(
      'session:timeline',
      objectOf({
        ...sessionIds,
        before: v.exactOptional(v.pipe(text, v.description('That of the request.'))),
        events: v.array(
          objectOf({ lastMessage: fieldSchemas.string, timestamp: timestampSchema }),
          'must be a list',
        ),
        next: v.exactOptional(
          v.pipe(text, v.description('The `before` of the next page. Absent: this is the last.')),
        ),
      }),
    ),
    // Any text is valid, because later versions may add codes and reasons.
    schemaOf('error', objectOf({ code: text, message: text })),
    schemaOf('connection:closing', objectOf({ reason: text })),
  ],
  unknownType,
);

/** The schema of clients' messages. */
export const clientMessageSchema = v.variant(
  'type',
  [
    objectOf({ type: v.literal('ping') }),
    objectOf({
      type: v.literal('state:sync'),
      payload: v.exactOptional(objectOf({ since: v.exactOptional(timestampSchema) })),
    }),
    schemaOf(
      'subscribe',
      objectOf({ agents: subscriptionSchema, since: v.exactOptional(timestampSchema) }),
    ),
    schemaOf(
      'session:history',
      objectOf({
        ...sessionIds,
        before: v.exactOptional(cursorSchema),
        limit: v.exactOptional(pageSchema),
      }),
    ),
    schemaOf('token:refresh', objectOf({ token: v.pipe(text, v.nonEmpty('must not be empty')) })),
  ],
  unknownType,
);

/** A message that may be in a batch: one that is sent to many connections. */
export type BatchedMessage = v.InferOutput<typeof batchedSchema>;
/** A message that the server sends, by `type`. Timestamps are milliseconds since the Unix epoch. */
export type ServerMessage = v.InferOutput<typeof serverMessageSchema>;
/** A message that a client sends, by `type`. `since` is in milliseconds since the Unix epoch. */
export type ClientMessage = v.InferOutput<typeof clientMessageSchema>;

/** Why a client's message is invalid: the code and the text of the `error` message that answers it. */
export interface Misunderstanding {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Returns the message as JSON text. */
export function serializeMessage(message: ServerMessage | ClientMessage): string {
  return JSON.stringify(message);
}

/** Parses a message of the server. Undocumented keys are dropped. */
export function parseServerMessage(text: string): Parsed<ServerMessage> {
  const json = parseJson(text);
  return json.ok ? parse(serverMessageSchema, json.value) : json;
}

/** Parses a message of a client. If it is invalid, the result has the code and the text of the answer. */
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

/** Returns an `error` message, which answers a client's message. */
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
