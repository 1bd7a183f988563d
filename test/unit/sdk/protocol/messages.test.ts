import {
  parseClientMessage,
  parseServerMessage,
  serializeMessage,
  type ServerMessage,
} from '#sdk/protocol';
import { emptyLists } from '../../../support/data/events';

const messages: ServerMessage[] = [
  { type: 'agent:status', payload: { agentId: 'a', status: 'online', timestamp: 1 } },
  {
    type: 'session:activity',
    payload: { agentId: 'a', sessionId: 's', lastMessage: 'm', timestamp: 1 },
  },
  { type: 'heartbeat', payload: { timestamp: 1 } },
  { type: 'pong', payload: { timestamp: 1 } },
  {
    type: 'batch',
    payload: {
      messages: [
        { type: 'agent:status', payload: { agentId: 'a', status: 'online', timestamp: 1 } },
        { type: 'heartbeat', payload: { timestamp: 2 } },
        {
          type: 'session:activity',
          payload: { agentId: 'a', sessionId: 's', lastMessage: 'm', timestamp: 3 },
        },
      ],
    },
  },
  {
    type: 'error',
    payload: {
      code: 'unknown_type',
      message: 'A client may send: ping, state:sync, token:refresh.',
    },
  },
  { type: 'connection:closing', payload: { reason: 'replaced' } },
  { type: 'token:refreshed', payload: { expiresAt: 1 } },
  {
    type: 'state:snapshot',
    payload: {
      ...emptyLists(),
      agents: [{ agentId: 'a', status: 'online', timestamp: 1 }],
      sessions: [{ agentId: 'a', sessionId: 's', lastMessage: 'm', timestamp: 1 }],
      timestamp: 2,
      complete: true,
      heartbeatSeconds: 540,
    },
  },
  { type: 'state:snapshot', payload: { ...emptyLists(), timestamp: 2, complete: false } },
];

it.each(messages)('parses a serialized $type message to the same message', (message) => {
  expect(parseServerMessage(serializeMessage(message))).toEqual({ ok: true, value: message });
});

it('drops unknown keys of a server message', () => {
  const text = '{"type":"heartbeat","payload":{"timestamp":1,"later":2},"more":3}';
  expect(parseServerMessage(text)).toEqual({ ok: true, value: messages[2] });
});

it.each([
  ['not json', '', 'must be JSON text'],
  ['{"type":"nothing"}', 'type', 'must be the type of a documented message'],
  ['{"type":"heartbeat"}', 'payload', 'is missing'],
  ['{"type":"heartbeat","payload":{}}', 'payload.timestamp', 'is missing'],
  ['{"type":"batch","payload":{}}', 'payload.messages', 'is missing'],
  ['{"type":"batch","payload":{"messages":{}}}', 'payload.messages', 'must be a list'],
  ...['batch', 'pong', 'state:snapshot', 'later'].map((type): [string, string, string] => [
    `{"type":"batch","payload":{"messages":[{"type":"${type}","payload":{"messages":[]}}]}}`,
    'payload.messages.0.type',
    'must be the type of a message that can be in a batch',
  ]),
])('refuses %s with the path of the fault', (text, path, problem) => {
  expect(parseServerMessage(text)).toEqual({ ok: false, faults: [{ path, problem }] });
});

it('lists the valid types if the type of a client message is unknown', () => {
  expect(parseClientMessage('{"type":"heartbeat"}')).toEqual({
    ok: false,
    code: 'unknown_type',
    message: 'A client may send: ping, state:sync, token:refresh.',
  });
});

it.each<[string, object]>([
  ['{"type":"state:sync"}', { type: 'state:sync' }],
  ['{"type":"state:sync","payload":{}}', { type: 'state:sync', payload: {} }],
  ['{"type":"state:sync","payload":{"since":5}}', { type: 'state:sync', payload: { since: 5 } }],
  [
    '{"type":"token:refresh","payload":{"token":"t"}}',
    { type: 'token:refresh', payload: { token: 't' } },
  ],
])('accepts %s', (text, value) => {
  expect(parseClientMessage(text)).toEqual({ ok: true, value });
});

it.each([
  ['{"type":"state:sync","payload":{"since":"now"}}', 'payload.since must be an integer number of'],
  ['{"type":"state:sync","payload":""}', 'payload must be an object.'],
  ['{"type":"token:refresh"}', 'payload is missing.'],
  ['{"type":"token:refresh","payload":{"token":""}}', 'payload.token must not be empty.'],
  ['{"type":"token:refresh","payload":{"token":["secret"]}}', 'payload.token must be a string.'],
])('refuses %s with a message that does not repeat the value', (text, message) => {
  const parsed = parseClientMessage(text);
  expect(parsed).toMatchObject({ ok: false, code: 'invalid_frame' });
  expect(parsed).toMatchObject({ message: expect.stringContaining(message) as unknown });
  expect(JSON.stringify(parsed)).not.toContain('secret');
});

it('accepts an error code and a closing reason of a later version', () => {
  const error = '{"type":"error","payload":{"code":"later","message":"m"}}';
  expect(parseServerMessage(error)).toMatchObject({ ok: true });
  const closing = '{"type":"connection:closing","payload":{"reason":"an operator wrote this"}}';
  expect(parseServerMessage(closing)).toMatchObject({ ok: true });
});
