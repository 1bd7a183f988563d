import {
  parseClientFrame,
  parseServerFrame,
  serializeFrame,
  type ServerFrame,
} from '../../../../sdk/protocol';

const frames: ServerFrame[] = [
  { type: 'agent:status', payload: { agentId: 'a', status: 'online', timestamp: 1 } },
  {
    type: 'session:activity',
    payload: { agentId: 'a', sessionId: 's', lastMessage: 'm', timestamp: 1 },
  },
  { type: 'heartbeat', payload: { timestamp: 1 } },
  { type: 'pong', payload: { timestamp: 1 } },
  { type: 'error', payload: { code: 'unknown_type', message: 'A client may send: ping.' } },
  { type: 'connection:closing', payload: { reason: 'replaced' } },
];

test.each(frames)('a $type frame comes back as it was sent', (frame) => {
  expect(parseServerFrame(serializeFrame(frame))).toEqual({ ok: true, value: frame });
});

test('a client drops the keys it does not know', () => {
  const text = '{"type":"heartbeat","payload":{"timestamp":1,"later":2},"more":3}';
  expect(parseServerFrame(text)).toEqual({ ok: true, value: frames[2] });
});

test.each([
  ['not json', '', 'must be JSON text'],
  ['{"type":"nothing"}', 'type', 'must be the type of a documented frame'],
  ['{"type":"heartbeat"}', 'payload', 'is missing'],
  ['{"type":"heartbeat","payload":{}}', 'payload.timestamp', 'is missing'],
])('says what is wrong with %s, by path', (text, path, problem) => {
  expect(parseServerFrame(text)).toEqual({ ok: false, faults: [{ path, problem }] });
});

test('tells a client what it may send', () => {
  expect(parseClientFrame('{"type":"heartbeat"}')).toEqual({
    ok: false,
    code: 'unknown_type',
    message: 'A client may send: ping.',
  });
});
