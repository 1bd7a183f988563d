// Reads the server's messages in clients. It has a twentieth of the size of the schemas, and is more lenient.
import { definitionOf, eventTypeDefinitions, type EventType } from './event-message';
import type { FieldKind } from './event-type';
import type { ServerMessage } from './messages';

type Values = Readonly<Record<string, unknown>>;
/** The kinds of the fields of a payload. `agents` are patterns: any texts, because later versions may have other patterns. */
type Shape = Readonly<Record<string, FieldKind | 'boolean' | 'agents'>>;

const timed: Shape = { timestamp: 'timestamp' };

/** In the order of the schema. */
const lifetimeShape: Shape = { agents: 'timestamp', sessions: 'timestamp' };

const timelineShape: Shape = { lastMessage: 'string', ...timed };

/** The shapes of the messages, other than events, that may be in a batch. */
const batchedShapes = { heartbeat: timed };

/** The shapes of all messages other than events, by type. */
const shapes: Readonly<Record<Exclude<ServerMessage['type'], EventType>, Shape>> = {
  ...batchedShapes,
  batch: {},
  pong: timed,
  'state:snapshot': { ...timed, complete: 'boolean' },
  'token:refreshed': { expiresAt: 'timestamp' },
  error: { code: 'string', message: 'string' },
  subscribed: { agents: 'agents' },
  'session:timeline': { agentId: 'id', sessionId: 'id' },
  'connection:closing': { reason: 'string' },
};

/**
 * Reads a message of the server. For each message that `parseServerMessage` accepts, the result is the same. In the
 * lists of a message, invalid or unknown elements are left out. Limits are not checked.
 * @returns the message; undefined if the text is not a message of the server
 */
export function readServerMessage(text: string): ServerMessage | undefined {
  try {
    return readMessage(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function readMessage(
  message: unknown,
  known: Readonly<Record<string, Shape>> = shapes,
): ServerMessage | undefined {
  const { type, payload } = Object(message) as { type: ServerMessage['type']; payload: unknown };
  // As a property name, `['pong']` is the same as `'pong'`.
  const isOther = typeof type === 'string' && Object.hasOwn(known, type);
  const shape = isOther ? known[type] : definitionOf(type)?.fields;
  const read = shape && readFields(shape, payload);
  if (!read) return undefined;
  const values = Object(payload) as Values;
  if (type === 'batch') {
    read['messages'] = readAll(values['messages'], (one) => readMessage(one, batchedShapes));
  }
  if (type === 'session:timeline') {
    read['events'] = readAll(values['events'], (one) => readFields(timelineShape, one));
    for (const name of ['before', 'next'])
      Object.assign(read, readFields({ [name]: 'string' }, payload));
  }
  if (type === 'state:snapshot') {
    // A server that does not know an event type sends no list of it.
    for (const { list, fields } of eventTypeDefinitions) {
      read[list] = readAll(values[list] ?? [], (one) => readFields(fields, one));
    }
    const seconds = values['heartbeatSeconds'];
    // An invalid interval or list must not invalidate the snapshot.
    if (isTime(seconds) && seconds) read['heartbeatSeconds'] = seconds;
    Object.assign(read, readFields({ visibleAgents: 'agents' }, payload));
    const lifetimes = readFields(lifetimeShape, values['lifetimeSeconds']);
    if (lifetimes?.['agents'] && lifetimes['sessions']) read['lifetimeSeconds'] = lifetimes;
  }
  return { type, payload: read } as unknown as ServerMessage;
}

/** Reads the fields of the shape, and no others. Returns undefined if one of them is invalid. */
function readFields(shape: Shape, payload: unknown): Record<string, unknown> | undefined {
  const read: Record<string, unknown> = {};
  for (const name in shape) {
    const kind = shape[name];
    const value = (read[name] = (Object(payload) as Values)[name]);
    const isGood =
      typeof kind === 'object'
        ? kind.includes(value as string)
        : kind === 'agents'
          ? Array.isArray(value) && (read[name] = value.filter((one) => typeof one === 'string'))
          : kind === 'timestamp'
            ? isTime(value)
            : typeof value === (kind === 'id' ? 'string' : kind);
    if (!isGood) return undefined;
  }
  return read;
}

/**
 * Reads the elements of a list, and leaves out those that cannot be read.
 * @throws if it is not a list
 */
function readAll(list: unknown, read: (value: unknown) => unknown): unknown[] {
  return (list as unknown[]).flatMap((value) => read(value) ?? []);
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
