// What each word of the protocol means, in one sentence, with an example: the words of docs/protocol.md for machines.
import type { ClientMessage, ServerMessage } from '#sdk/protocol';

type Message = ServerMessage | ClientMessage;

/** A message for people, beside its schema. */
export interface Description<Example = unknown> {
  readonly summary: string;
  readonly example: Example;
}

const timestamp = 1_770_328_200_000;
const agent = { agentId: 'agent-123', status: 'online', timestamp } as const;
const session = {
  agentId: 'agent-123',
  sessionId: 'session-456',
  lastMessage: 'User said: Hello',
  timestamp,
};

/** By type, in the order of docs/protocol.md: a message that is not described here does not compile. */
export const messageDescriptions: {
  readonly [Type in Message['type']]: Description<Extract<Message, { readonly type: Type }>>;
} = {
  'agent:status': {
    summary: "An agent's status is now this.",
    example: { type: 'agent:status', payload: agent },
  },
  'session:activity': {
    summary: 'The newest that happened in a session.',
    example: { type: 'session:activity', payload: session },
  },
  heartbeat: {
    summary: 'The connection lives.',
    example: { type: 'heartbeat', payload: { timestamp } },
  },
  batch: {
    summary: 'Several messages of one flush, in order; only to clients that negotiated batches.',
    example: {
      type: 'batch',
      payload: {
        messages: [
          { type: 'agent:status', payload: agent },
          { type: 'session:activity', payload: session },
        ],
      },
    },
  },
  pong: {
    summary: 'The answer to ping.',
    example: { type: 'pong', payload: { timestamp } },
  },
  'state:snapshot': {
    summary: 'The answer to state:sync, or a part of it; the last part is complete.',
    example: {
      type: 'state:snapshot',
      payload: {
        ...{ agents: [agent], sessions: [session], timestamp, complete: true },
        heartbeatSeconds: 30,
      },
    },
  },
  'token:refreshed': {
    summary: 'The connection now lives until then.',
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
  ping: { summary: 'Asks for a pong.', example: { type: 'ping' } },
  'state:sync': {
    summary: 'Asks for what is known, or for what was stored after since.',
    example: { type: 'state:sync', payload: { since: timestamp } },
  },
  'token:refresh': {
    summary: 'Prolongs the connection by a newer token of the same user.',
    example: { type: 'token:refresh', payload: { token: '<jwt>' } },
  },
};

/** By detail type. */
export const eventDescriptions: Readonly<Record<string, Description>> = {
  'agent:status': { summary: 'A backend reports the status of an agent.', example: agent },
  'session:activity': { summary: 'A backend reports what a session does.', example: session },
  'events:batch': {
    summary: 'A backend reports several of these in one entry, in this order.',
    example: {
      events: [
        { type: 'agent:status', payload: agent },
        { type: 'session:activity', payload: session },
      ],
    },
  },
  'user:disconnect': {
    summary:
      'An operator has all connections of a user closed, and tokens that were issued until then refused.',
    example: { userId: 'alice', reason: 'account suspended' },
  },
};

/** With which codes a connection ends. */
export const closeCodes: readonly { readonly code: number; readonly meaning: string }[] = [
  {
    code: 1000,
    meaning: 'Normal closure, by the client, or by the server after connection:closing.',
  },
  {
    code: 1001,
    meaning: 'The server goes away: shut down, 10 minutes without any traffic, or 2 hours old.',
  },
  { code: 1002, meaning: 'Bytes that are no WebSocket frames.' },
  { code: 1006, meaning: 'No close frame came: the handshake was refused, or the network failed.' },
  { code: 1007, meaning: 'Text that is no UTF-8.' },
  { code: 1009, meaning: 'A WebSocket frame over 32 KB, or a message over 128 KB.' },
];
