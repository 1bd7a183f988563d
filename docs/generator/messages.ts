// Describes each message, event and close code in one sentence, with an example, for AsyncAPI and JSON Schema.
import {
  eventTypeDefinitions,
  type AnyDefinition,
  type AnyPayload,
  type ClientMessage,
  type EventMessage,
  type EventType,
  type ServerMessage,
} from '#sdk/protocol';

type Message = ServerMessage | ClientMessage;

/** The documentation of a message or event, in addition to its schema. */
export interface Description<Example = unknown> {
  readonly summary: string;
  readonly example: Example;
}

const timestamp = 1_770_328_200_000;
const exampleIds: Readonly<Record<string, string>> = {
  agentId: 'agent-123',
  sessionId: 'session-456',
};

/** An example payload of an event type. */
function exampleOf({ fields }: AnyDefinition): AnyPayload {
  const values = Object.entries(fields).map(([name, kind]) => {
    if (kind === 'id') return [name, exampleIds[name] ?? `${name}-789`];
    if (kind === 'string') return [name, 'User said: Hello'];
    if (kind === 'number') return [name, 0.5];
    return [name, kind === 'timestamp' ? timestamp : kind[0]];
  });
  return Object.fromEntries(values) as AnyPayload;
}

/** The words of a type: for `agent:status`, the owner `an agent`, and `status`. */
function wordsOf({ type }: AnyDefinition): { readonly owner: string; readonly what: string } {
  const [owner = '', what = ''] = type.split(':');
  return { owner: `${/^[aeiou]/.test(owner) ? 'an' : 'a'} ${owner}`, what };
}

function byType<Value>(describe: (definition: AnyDefinition) => Value): Record<EventType, Value> {
  const entries = eventTypeDefinitions.map((definition) => [definition.type, describe(definition)]);
  return Object.fromEntries(entries) as Record<EventType, Value>;
}

/** One example for each event type. */
const exampleEvents = eventTypeDefinitions.map(
  (definition) => ({ type: definition.type, payload: exampleOf(definition) }) as EventMessage,
);
const exampleLists = Object.fromEntries(
  eventTypeDefinitions.map((definition) => [definition.list, [exampleOf(definition)]]),
) as Pick<Extract<ServerMessage, { type: 'state:snapshot' }>['payload'], AnyDefinition['list']>;

type OtherMessage = Exclude<Message, EventMessage>;

/** The descriptions of messages by type, in the order of docs/protocol.md. The type requires a description of every message. */
export const messageDescriptions: Readonly<Record<EventType, Description<EventMessage>>> & {
  readonly [Type in OtherMessage['type']]: Description<
    Extract<OtherMessage, { readonly type: Type }>
  >;
} = {
  ...byType((definition) => {
    const { owner, what } = wordsOf(definition);
    const example = { type: definition.type, payload: exampleOf(definition) } as EventMessage;
    return { summary: `The current ${what} of ${owner}.`, example };
  }),
  heartbeat: {
    summary: 'Shows that the connection is alive.',
    example: { type: 'heartbeat', payload: { timestamp } },
  },
  batch: {
    summary: 'Several messages of one flush, in order; only for clients that negotiated batches.',
    example: {
      type: 'batch',
      payload: {
        messages: exampleEvents,
      },
    },
  },
  pong: {
    summary: 'The answer to ping.',
    example: { type: 'pong', payload: { timestamp } },
  },
  'state:snapshot': {
    summary:
      'The answer to state:sync or subscribe, or a part of it; the last part has complete set to true.',
    example: {
      type: 'state:snapshot',
      payload: {
        ...{ ...exampleLists, timestamp, complete: true },
        heartbeatSeconds: 30,
        visibleAgents: ['team-a/*'],
      },
    },
  },
  subscribed: {
    summary:
      'The answer to subscribe begins; from now on, the connection gets the events of these agents.',
    example: { type: 'subscribed', payload: { agents: ['team-a/*'] } },
  },
  'session:timeline': {
    summary: 'The answer to session:history: a page of the timeline of a session, newest first.',
    example: {
      type: 'session:timeline',
      payload: {
        ...{ agentId: 'agent-123', sessionId: 'session-456' },
        events: [{ lastMessage: 'User said: Hello', timestamp }],
        next: '1770328200000#AFTy86uk#1',
      },
    },
  },
  'token:refreshed': {
    summary: 'The connection now stays open until expiresAt.',
    example: { type: 'token:refreshed', payload: { expiresAt: timestamp } },
  },
  error: {
    summary: 'The answer to a message that was not accepted.',
    example: {
      type: 'error',
      payload: { code: 'invalid_json', message: 'A message must be JSON text.' },
    },
  },
  'connection:closing': {
    summary: 'The server closes this connection now, with code 1000.',
    example: { type: 'connection:closing', payload: { reason: 'token_expired' } },
  },
  ping: { summary: 'Requests a pong.', example: { type: 'ping' } },
  'state:sync': {
    summary: 'Requests the state, or what was stored after since.',
    example: { type: 'state:sync', payload: { since: timestamp } },
  },
  subscribe: {
    summary:
      'Requests the events of these agents only, and the state of those that come into view.',
    example: { type: 'subscribe', payload: { agents: ['team-a/*', 'agent-123'] } },
  },
  'session:history': {
    summary: 'Requests a page of the timeline of a session: its events before a time.',
    example: {
      type: 'session:history',
      payload: { agentId: 'agent-123', sessionId: 'session-456', limit: 50 },
    },
  },
  'token:refresh': {
    summary: 'Keeps the connection open until a newer token of the same user expires.',
    example: { type: 'token:refresh', payload: { token: '<jwt>' } },
  },
};

/** The descriptions of events by detail type. */
export const eventDescriptions: Readonly<Record<string, Description>> = {
  ...byType((definition) => {
    const { owner, what } = wordsOf(definition);
    return {
      summary: `A backend reports the ${what} of ${owner}.`,
      example: exampleOf(definition),
    };
  }),
  'events:batch': {
    summary: 'A backend reports several events in one entry, in this order.',
    example: {
      events: exampleEvents,
    },
  },
  'user:disconnect': {
    summary:
      'An operator closes all connections of a user; tokens that were issued until then are refused.',
    example: { userId: 'alice', reason: 'account suspended' },
  },
};

/** The close codes of a connection. */
export const closeCodes: readonly { readonly code: number; readonly meaning: string }[] = [
  {
    code: 1000,
    meaning: 'Normal closure, by the client, or by the server after connection:closing.',
  },
  {
    code: 1001,
    meaning:
      'The server goes away: shutdown, 10 minutes without traffic, or a connection of 2 hours.',
  },
  { code: 1002, meaning: 'Invalid WebSocket frames.' },
  {
    code: 1006,
    meaning: 'No close frame was received: the handshake was refused, or the network failed.',
  },
  { code: 1007, meaning: 'Text that is not UTF-8.' },
  { code: 1009, meaning: 'A WebSocket frame over 32 KB, or a message over 128 KB.' },
];
