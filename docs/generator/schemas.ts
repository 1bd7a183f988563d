// JSON Schemas of everything that goes over the wire, made of the schemas that the code itself parses with.
import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { payloadSchemas } from '#sdk/protocol/events';
import { clientMessageSchema, serverMessageSchema } from '#sdk/protocol/messages';
import { userDisconnectSchema, userDisconnectType } from '#sdk/protocol/operator-events';
import { packSchema, packType } from '#sdk/protocol/packs';
import { eventDescriptions, messageDescriptions } from './messages';

export type JsonSchema = ReturnType<typeof toJsonSchema>;

/** One message's schema. */
export interface Message {
  /** The protocol's word for it. */
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
  ...payloadSchemas,
  [packType]: packSchema,
  [userDisconnectType]: userDisconnectSchema,
}).map(([type, schema]) => message(type, schema, eventDescriptions[type]?.summary));

/** What goes over the wire, by who sends it. */
export const messages = { serverMessages, clientMessages, events } as const;

/** What a message's file is called, and what it is called in AsyncAPI: e.g. `agent-status`. */
export function fileNameOf(type: string): string {
  return type.replace(/:/g, '-');
}

function describedMessage(type: keyof typeof messageDescriptions, schema: GenericSchema): Message {
  return message(type, schema, messageDescriptions[type].summary);
}

function message(type: string, schema: GenericSchema, summary = ''): Message {
  // Lengths in bytes and texts that are no UTF-8 are beyond JSON Schema: the server checks them all the same.
  const converted = toJsonSchema(schema, { errorMode: 'ignore' });
  delete converted.$schema;
  return { type, summary, schema: converted };
}

/** The files of `docs/schemas`, by their path in it. */
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
