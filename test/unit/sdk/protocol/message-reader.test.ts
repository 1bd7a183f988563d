import fc from 'fast-check';
import { parseServerMessage, readServerMessage } from '#sdk/protocol';
import {
  definitionOf,
  eventTypeDefinitions,
  type AnyDefinition,
} from '#sdk/protocol/event-message';
import { emptyLists } from '#test/support/data/events';

const text = fc.string({ unit: 'grapheme' });
const id = fc.string({ minLength: 1, maxLength: 20 }).filter((one) => one.trim() !== '');
const time = fc.maxSafeNat();
const kinds = { id, string: text, number: fc.integer(), timestamp: time };
/** The payloads that a definition allows. */
const payloadOf = ({ fields }: AnyDefinition) =>
  fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([name, kind]) => [
        name,
        typeof kind === 'object' ? fc.constantFrom(...kind) : kinds[kind],
      ]),
    ),
  );
const agent = payloadOf(definitionOf('agent:status'));
const batchedPayloads = {
  ...Object.fromEntries(eventTypeDefinitions.map((one) => [one.type, payloadOf(one)])),
  heartbeat: fc.record({ timestamp: time }),
};
const lists: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(
  eventTypeDefinitions.map((one) => [one.list, fc.array(payloadOf(one), { maxLength: 4 })]),
);
const messagesOf = (all: Readonly<Record<string, fc.Arbitrary<object>>>) =>
  fc.oneof(
    ...Object.entries(all).map(([type, payload]) =>
      fc.record({ type: fc.constant(type), payload }),
    ),
  );
const batched = messagesOf(batchedPayloads);
const payloads = {
  ...batchedPayloads,
  batch: fc.record({ messages: fc.array(batched, { minLength: 2, maxLength: 4 }) }),
  pong: fc.record({ timestamp: time }),
  'state:snapshot': fc.record<Record<string, unknown>, string>(
    {
      ...lists,
      timestamp: time,
      complete: fc.boolean(),
      heartbeatSeconds: fc.integer({ min: 1 }),
      lifetimeSeconds: fc.record({
        agents: fc.integer({ min: 1 }),
        sessions: fc.integer({ min: 1 }),
      }),
      visibleAgents: fc.array(text),
    },
    { requiredKeys: [...Object.keys(lists), 'timestamp', 'complete'] },
  ),
  subscribed: fc.record({ agents: fc.array(text) }),
  'session:timeline': fc.record<Record<string, unknown>, string>(
    {
      ...{ agentId: id, sessionId: id, before: text, next: text },
      events: fc.array(fc.record({ lastMessage: text, timestamp: time }), { maxLength: 4 }),
    },
    { requiredKeys: ['agentId', 'sessionId', 'events'] },
  ),
  'token:refreshed': fc.record({ expiresAt: time }),
  error: fc.record({ code: text, message: text }),
  'connection:closing': fc.record({ reason: text }),
};
const message = messagesOf(payloads);

const parsed = (json: string) => {
  const result = parseServerMessage(json);
  return result.ok ? result.value : undefined;
};

it('reads every message of the server as the schemas do', () => {
  fc.assert(
    fc.property(message, (one) => {
      const json = JSON.stringify(one);
      expect(readServerMessage(json)).toEqual(one);
      expect(readServerMessage(json)).toEqual(parsed(json));
    }),
  );
});

it('drops keys that are not documented', () => {
  const status = { agentId: 'a', status: 'online', timestamp: 1 };
  const json = { type: 'agent:status', payload: { ...status, more: 1 }, more: 2 };
  expect(readServerMessage(JSON.stringify(json))).toEqual({
    type: 'agent:status',
    payload: status,
  });
});

it('refuses what the schemas refuse, except elements of lists, and what snapshots and timelines need not have', () => {
  const damage = fc.constantFrom<unknown>(
    undefined,
    null,
    -1,
    0.5,
    '1',
    'busy',
    [],
    {},
    [{}],
    true,
  );
  fc.assert(
    fc.property(message, fc.nat(), damage, ({ type, payload }, which, value) => {
      const keys = Object.keys(payload);
      const key = keys[which % keys.length] ?? '';
      const json = JSON.stringify({ type, payload: { ...payload, [key]: value } });
      const read = readServerMessage(json);
      const expected = parsed(json);
      if (expected !== undefined) expect(read).toEqual(expected);
      else if (type === 'subscribed' && Array.isArray(value))
        expect(read).toEqual({ type, payload: { agents: [] } });
      else if (!['state:snapshot', 'batch', 'session:timeline'].includes(type))
        expect(read).toBeUndefined();
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (json) => {
      expect(readServerMessage(json)).toEqual(parsed(json));
    }),
  );
});

it('drops invalid elements of a snapshot, because a later version may have other statuses', () => {
  const good = { agentId: 'a', status: 'online', timestamp: 1 };
  const agents = [good, { ...good, status: 'busy' }, null, 7];
  const payload = { agents, sessions: ['x'], timestamp: 2, complete: true };
  expect(readServerMessage(JSON.stringify({ type: 'state:snapshot', payload }))).toEqual({
    type: 'state:snapshot',
    payload: { ...emptyLists(), agents: [good], timestamp: 2, complete: true },
  });
});

it.each([
  '{"type":"batch"}',
  '{"type":"batch","payload":{"messages":{"type":"heartbeat","payload":{"timestamp":1}}}}',
  '{"type":"state:snapshot","payload":{"agents":1,"sessions":[],"timestamp":2,"complete":true}}',
  '{"type":"state:snapshot","payload":{"agents":{},"sessions":[],"timestamp":2,"complete":true}}',
  '{"type":"session:timeline","payload":{"agentId":"a","sessionId":"s"}}',
])('refuses %s, which has no valid list', (text) => {
  expect(readServerMessage(text)).toBeUndefined();
});

it('returns the valid messages of a batch in order, and drops those that a batch must not contain', () => {
  const other = fc.oneof(
    fc.constantFrom<unknown>(null, 7, 'x', [], {}, { type: 'heartbeat' }, { type: 'batch' }),
    messagesOf(payloads).filter(({ type }) => !(type in batchedPayloads)),
    fc.record({ type: fc.constant('agent:expired'), payload: agent }),
    fc.record({ type: fc.constantFrom(['agent:status'], ['heartbeat']), payload: agent }),
    fc.record({ type: fc.constant('agent:status'), payload: fc.constant({ agentId: 'a' }) }),
  );
  const element = fc.oneof(
    batched.map((value) => ({ value, isGood: true })),
    other.map((value) => ({ value, isGood: false })),
  );
  fc.assert(
    fc.property(fc.array(element, { maxLength: 8 }), (elements) => {
      const batch = (list: typeof elements) => ({
        type: 'batch',
        payload: { messages: list.map(({ value }) => value) },
      });
      expect(readServerMessage(JSON.stringify(batch(elements)))).toEqual(
        batch(elements.filter(({ isGood }) => isGood)),
      );
    }),
  );
});

it.each([0, -30, 0.5, '30', null, Number.MAX_VALUE])(
  'drops an invalid interval (%p) of a snapshot, and returns the rest',
  (heartbeatSeconds) => {
    const payload = { ...emptyLists(), timestamp: 2, complete: true };
    const json = { type: 'state:snapshot', payload: { ...payload, heartbeatSeconds } };
    expect(readServerMessage(JSON.stringify(json))).toEqual({ type: 'state:snapshot', payload });
  },
);

it.each([7, null, 'team-a/*', { 0: 'team-a/*' }])(
  'drops an invalid list of visible agents (%p) of a snapshot, and returns the rest',
  (visibleAgents) => {
    const payload = { ...emptyLists(), timestamp: 2, complete: true };
    const json = { type: 'state:snapshot', payload: { ...payload, visibleAgents } };
    expect(readServerMessage(JSON.stringify(json))).toEqual({ type: 'state:snapshot', payload });
  },
);

it('drops invalid elements of the lists of agents, because a later version may have other elements', () => {
  const [mixed, valid] = [
    ['a', 7, null, 'b*', { any: 1 }, ['c']],
    ['a', 'b*'],
  ];
  const snapshot = { ...emptyLists(), timestamp: 2, complete: true };
  const read = (type: string, payload: object) =>
    readServerMessage(JSON.stringify({ type, payload }));
  expect(read('subscribed', { agents: mixed })).toEqual({
    type: 'subscribed',
    payload: { agents: valid },
  });
  expect(read('state:snapshot', { ...snapshot, visibleAgents: mixed })).toEqual({
    type: 'state:snapshot',
    payload: { ...snapshot, visibleAgents: valid },
  });
});
