import {
  parseClientMessage,
  parseServerMessage,
  serializeMessage,
  type ServerMessage,
} from '#sdk/protocol';
import { emptyLists } from '#test/support/data/events';

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
      message: 'A client may send: ping, state:sync, subscribe, session:history, token:refresh.',
    },
  },
  { type: 'connection:closing', payload: { reason: 'replaced' } },
  { type: 'token:refreshed', payload: { expiresAt: 1 } },
  { type: 'subscribed', payload: { agents: [] } },
  { type: 'subscribed', payload: { agents: ['agent-123', 'team-a/*', 'a pattern * of later'] } },
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
  {
    type: 'session:timeline',
    payload: {
      ...{ agentId: 'a', sessionId: 's', before: '3' },
      events: [{ lastMessage: 'm', timestamp: 2 }],
      next: '2#abcd-_12#1',
    },
  },
  {
    type: 'state:snapshot',
    payload: { ...emptyLists(), timestamp: 2, complete: true, visibleAgents: ['team-a/*'] },
  },
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
    message: 'A client may send: ping, state:sync, subscribe, session:history, token:refresh.',
  });
});

it.each<[string, object]>([
  ['{"type":"state:sync"}', { type: 'state:sync' }],
  ['{"type":"state:sync","payload":{}}', { type: 'state:sync', payload: {} }],
  ['{"type":"state:sync","payload":{"since":5}}', { type: 'state:sync', payload: { since: 5 } }],
  ['{"type":"subscribe","payload":{"agents":[]}}', { type: 'subscribe', payload: { agents: [] } }],
  [
    '{"type":"subscribe","payload":{"agents":["*","a b"],"since":5}}',
    { type: 'subscribe', payload: { agents: ['*', 'a b'], since: 5 } },
  ],
  [
    '{"type":"session:history","payload":{"agentId":"a","sessionId":"s"}}',
    { type: 'session:history', payload: { agentId: 'a', sessionId: 's' } },
  ],
  ...['5', '2#abcd-_12#1'].map((before): [string, object] => [
    `{"type":"session:history","payload":{"agentId":"a","sessionId":"s","before":"${before}","limit":100}}`,
    {
      type: 'session:history',
      payload: { agentId: 'a', sessionId: 's', before, limit: 100 },
    },
  ]),
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
  ['{"type":"session:history","payload":{"agentId":"a"}}', 'payload.sessionId is missing.'],
  ...['', '-1', '2#abc#1', '2#abcd-_12', '1234567890123456', 'secret'].map(
    (before): [string, string] => [
      `{"type":"session:history","payload":{"agentId":"a","sessionId":"s","before":"${before}"}}`,
      'payload.before must be a timestamp in digits, or the next of a session:timeline.',
    ],
  ),
  ...['0', '101', '1.5', '"secret"'].map((limit): [string, string] => [
    `{"type":"session:history","payload":{"agentId":"a","sessionId":"s","limit":${limit}}}`,
    'payload.limit must be a whole number from 1 to 100.',
  ]),
  ['{"type":"token:refresh","payload":{"token":""}}', 'payload.token must not be empty.'],
  ['{"type":"token:refresh","payload":{"token":["secret"]}}', 'payload.token must be a string.'],
])('refuses %s with a message that does not repeat the value', (text, message) => {
  const parsed = parseClientMessage(text);
  expect(parsed).toMatchObject({ ok: false, code: 'invalid_frame' });
  expect(parsed).toMatchObject({ message: expect.stringContaining(message) as unknown });
  expect(JSON.stringify(parsed)).not.toContain('secret');
});

const subscribe = (agents: unknown) =>
  JSON.stringify({ type: 'subscribe', payload: { agents, secret: 'secret' } });
/** One byte of JSON text less than the limit for 32 of them, with their quotes and commas. */
const longIds = Array.from({ length: 32 }, (_, index) => String(index).padStart(125, 'x'));

it.each([
  ['100 patterns', Array.from({ length: 100 }, (_, index) => `team-${index}/*`)],
  ['4,096 bytes', [...longIds.slice(1), 'y'.repeat(124)]],
  ['prototype keys', ['__proto__', 'constructor', 'toString*']],
  ['escaped characters', ['50\\*', 'C:\\\\*', '.*', '[a-z]+$']],
])('accepts a subscription with %s', (_, agents) => {
  expect(parseClientMessage(subscribe(agents))).toEqual({
    ok: true,
    value: { type: 'subscribe', payload: { agents } },
  });
});

const tooMuch = 'payload.agents must be at most 100 patterns, in at most 4096 bytes.';
const noPattern = (index: number) =>
  `payload.agents.${index} must be an agent id, or a prefix that ends in *.`;
it.each([
  ['101 patterns', Array.from({ length: 101 }, (_, index) => `secret-${index}`), tooMuch],
  ['100,000 wrong patterns', Array.from({ length: 100_000 }, () => 'secret*secret'), tooMuch],
  ['4,097 bytes', [...longIds.slice(1), 'y'.repeat(125)], tooMuch],
  ['4,097 bytes that are fewer characters', longIds.map((id) => `ü${id.slice(2)}`), tooMuch],
  ['no list', 'secret', 'payload.agents must be a list of patterns.'],
  ['an object instead of a list', { 0: 'secret' }, 'payload.agents must be a list of patterns.'],
  ['null', null, 'payload.agents must be a list of patterns.'],
  ['nothing', undefined, 'payload.agents is missing.'],
  ['a number as a pattern', ['a', 7], noPattern(1)],
  ['a list as a pattern', [['secret']], noPattern(0)],
  ['an object as a pattern', [{ secret: 1 }], noPattern(0)],
  ['* inside a pattern', ['a', 'b', 'secret*secret'], noPattern(2)],
  ['two * at the end', ['secret**'], noPattern(0)],
  ['another backslash', ['secret\\s'], noPattern(0)],
  ['an empty pattern', [''], noPattern(0)],
  ['a lone surrogate', ['secret\ud800'], noPattern(0)],
  ['a pattern that is longer than an id', [`${'secret'.padEnd(129, 'x')}*`], noPattern(0)],
])(
  'refuses a subscription with %s, and says what was expected without repeating the value',
  (_, agents, message) => {
    expect(parseClientMessage(subscribe(agents))).toEqual({
      ok: false,
      code: 'invalid_frame',
      message,
    });
  },
);

it('refuses a subscription since an invalid time', () => {
  const text = '{"type":"subscribe","payload":{"agents":["*"],"since":-1}}';
  expect(parseClientMessage(text)).toMatchObject({ ok: false, code: 'invalid_frame' });
});

it('answers the longest invalid subscription with a message that has room in a WebSocket message', () => {
  const parsed = parseClientMessage(subscribe(Array.from({ length: 100 }, () => '**')));
  expect(JSON.stringify(parsed).length).toBeLessThan(16_000);
});

it('accepts an error code and a closing reason of a later version', () => {
  const error = '{"type":"error","payload":{"code":"later","message":"m"}}';
  expect(parseServerMessage(error)).toMatchObject({ ok: true });
  const closing = '{"type":"connection:closing","payload":{"reason":"an operator wrote this"}}';
  expect(parseServerMessage(closing)).toMatchObject({ ok: true });
});
