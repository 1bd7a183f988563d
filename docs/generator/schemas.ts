// Generates JSON Schemas of all messages and events from the Valibot schemas with which the code parses them.
import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { clientMessageSchema, serverMessageSchema } from '#sdk/protocol/messages';
import { userDisconnectSchema, userDisconnectType } from '#sdk/protocol/operator-events';
import { packSchema, packType } from '#sdk/protocol/packs';
import { reportSchemas } from '#sdk/protocol/reports';
import { eventDescriptions, messageDescriptions } from './messages';

export type JsonSchema = ReturnType<typeof toJsonSchema>;

/** A message or event with its schema. */
export interface Message {
  /** The type of the message, or the detail type of the event. */
  readonly type: string;
  readonly summary: string;
  readonly schema: JsonSchema;
}

const serverMessages = serverMessageSchema.options.map((schema) =>
  describedMessage(schema.entries.type.literal, schema),
);
const clientMessages = clientMessageSchema.options.map((schema) =>
  describedMessage(schema.entries.type.literal, schema),
);
const events = Object.entries({
  ...reportSchemas,
  [packType]: packSchema,
  [userDisconnectType]: userDisconnectSchema,
}).map(([type, schema]) => message(type, schema, eventDescriptions[type]?.summary));

/** All messages and events, by sender. */
export const messages = { serverMessages, clientMessages, events } as const;

/** The name of a message's file, and of the message in AsyncAPI, e.g. `agent-status`. */
export function fileNameOf(type: string): string {
  return type.replace(/:/g, '-');
}

function describedMessage(type: keyof typeof messageDescriptions, schema: GenericSchema): Message {
  return message(type, schema, messageDescriptions[type].summary);
}

function message(type: string, schema: GenericSchema, summary = ''): Message {
  // JSON Schema cannot express lengths in bytes and valid UTF-8, so these checks are ignored. The server does check them.
  const converted = toJsonSchema(schema, { errorMode: 'ignore' });
  delete converted.$schema;
  return { type, summary, schema: converted };
}

/** The schemas of docs/schemas, by path in that folder. */
export function schemaFiles(): ReadonlyMap<string, JsonSchema> {
  const all = [...serverMessages, ...clientMessages];
  return new Map([
    [
      'server-message.json',
      oneOf('server message', 'Everything that the server sends.', serverMessages),
    ],
    [
      'client-message.json',
      oneOf('client message', 'Everything that a client sends.', clientMessages),
    ],
    ...all.map((one) => [messageFileOf(one), titled(one)] as const),
    ...events.map((one) => [`events/${fileNameOf(one.type)}.json`, titled(one)] as const),
  ]);
}

const $schema = 'http://json-schema.org/draft-07/schema#';

function titled({ type, summary, schema }: Message): JsonSchema {
  return { $schema, title: type, description: summary, ...schema };
}

function oneOf(title: string, description: string, list: readonly Message[]): JsonSchema {
  return { $schema, title, description, oneOf: list.map((one) => ({ $ref: messageFileOf(one) })) };
}

function messageFileOf({ type }: Message): string {
  return `messages/${fileNameOf(type)}.json`;
}
