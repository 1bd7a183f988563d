// Every frame that goes over a WebSocket, in either direction. docs/protocol.md describes them for people.
import * as v from 'valibot';
import { agentStatusSchema, sessionActivitySchema, timestampSchema } from './events';
import { objectOf, parse, type Parsed } from './parse';

/** The WebSocket subprotocol that the server echoes to clients which offer it. */
export const subprotocol = 'mission-control';

/** Why the server did not do what a client's frame asked. */
export const errorCodes = ['invalid_json', 'invalid_frame', 'unknown_type'] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** Why the server closes a connection. */
export const closingReasons = ['token_expired', 'replaced'] as const;
export type ClosingReason = (typeof closingReasons)[number];

const frame = <Type extends string, Payload extends v.GenericSchema>(
  type: Type,
  payload: Payload,
) => objectOf({ type: v.literal(type), payload });

const withTimestamp = objectOf({ timestamp: timestampSchema });
const unknownType = 'must be the type of a documented frame';

const serverFrameSchema = v.variant(
  'type',
  [
    frame('agent:status', agentStatusSchema),
    frame('session:activity', sessionActivitySchema),
    frame('heartbeat', withTimestamp),
    frame('pong', withTimestamp),
    frame(
      'error',
      objectOf({ code: v.picklist(errorCodes), message: v.string('must be a string') }),
    ),
    frame('connection:closing', objectOf({ reason: v.picklist(closingReasons) })),
  ],
  unknownType,
);

const clientFrameSchema = v.variant('type', [objectOf({ type: v.literal('ping') })], unknownType);

export type ServerFrame = v.InferOutput<typeof serverFrameSchema>;
export type ClientFrame = v.InferOutput<typeof clientFrameSchema>;

/** A client's frame that was not understood: the code and the message of the `error` frame to answer with. */
export interface Misunderstanding {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The text of a frame, ready to send. */
export function serializeFrame(frame: ServerFrame | ClientFrame): string {
  return JSON.stringify(frame);
}

/** Reads what the server sent. Keys that are not documented are dropped. */
export function parseServerFrame(text: string): Parsed<ServerFrame> {
  const json = parseJson(text);
  return json.ok ? parse(serverFrameSchema, json.value) : json;
}

/** Reads what a client sent, or says how to answer it. */
export function parseClientFrame(
  text: string,
): { ok: true; value: ClientFrame } | ({ ok: false } & Misunderstanding) {
  const json = parseJson(text);
  if (!json.ok) return { ok: false, code: 'invalid_json', message: 'A frame must be JSON text.' };
  const typed = parse(objectOf({ type: v.string() }), json.value);
  if (!typed.ok) {
    const message = 'A frame must be an object whose "type" is a string.';
    return { ok: false, code: 'invalid_frame', message };
  }
  const parsed = parse(clientFrameSchema, json.value);
  if (parsed.ok) return parsed;
  return {
    ok: false,
    code: 'unknown_type',
    message: `A client may send: ${clientFrameTypes.join(', ')}.`,
  };
}

const clientFrameTypes = clientFrameSchema.options.map((option) => option.entries.type.literal);

function parseJson(text: string): Parsed<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false, faults: [{ path: '', problem: 'must be JSON text' }] };
  }
}
