import { readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {
  agentStatuses,
  eventTypes,
  maxEventMessageBytes,
  parseEvent,
  utf8Length,
} from '#sdk/protocol';
import { invalidEvents } from '#test/support/data/invalid-events';

const status = { agentId: 'agent-abc-123', status: 'online', timestamp: 1_707_163_200_000 };
const activity = {
  agentId: 'agent-abc-123',
  sessionId: 'session-xyz-789',
  lastMessage: 'Processing user request...',
  timestamp: 1_707_163_200_000,
};

it('accepts the documented events', () => {
  // Each file of a definition, in alphabetical order: `agent-status.ts` defines `agent:status`.
  const files = readdirSync(path.join(__dirname, '../../../../sdk/protocol/event-types'));
  const defined = files.filter((file) => file !== 'index.ts').toSorted();
  expect(eventTypes).toEqual(defined.map((file) => path.parse(file).name.replace('-', ':')));
  expect(parseEvent('agent:status', status)).toEqual({
    ok: true,
    value: { type: 'agent:status', payload: status },
  });
  expect(parseEvent('session:activity', activity)).toEqual({
    ok: true,
    value: { type: 'session:activity', payload: activity },
  });
});

it.each(agentStatuses)('accepts the status %s', (value) => {
  expect(parseEvent('agent:status', { ...status, status: value }).ok).toBe(true);
});

it.each([...invalidEvents, ['heartbeat', { timestamp: 1 }, 'type'], ['toString', status, 'type']])(
  'refuses %s %j with the path of the fault',
  (type, payload, path) => {
    const parsed = parseEvent(type, payload);
    expect(parsed).toMatchObject({ ok: false });
    expect(!parsed.ok && parsed.faults.map((fault) => fault.path)).toContain(path);
  },
);

it('lists every fault without any value', () => {
  const parsed = parseEvent('session:activity', { agentId: 'a', lastMessage: ['secret'] });
  expect(parsed).toEqual({
    ok: false,
    faults: [
      { path: 'sessionId', problem: 'is missing' },
      { path: 'lastMessage', problem: 'must be a string' },
      { path: 'timestamp', problem: 'is missing' },
    ],
  });
});

it('accepts a message of exactly the maximum size, and refuses one byte more', () => {
  const withText = (lastMessage: string) =>
    parseEvent('session:activity', { ...activity, lastMessage });
  const overhead = utf8Length(
    JSON.stringify({ type: 'session:activity', payload: { ...activity, lastMessage: '' } }),
  );
  expect(withText('x'.repeat(maxEventMessageBytes - overhead)).ok).toBe(true);
  expect(withText('x'.repeat(maxEventMessageBytes - overhead + 1)).ok).toBe(false);
  expect(withText('ä'.repeat((maxEventMessageBytes - overhead) / 2 + 1)).ok).toBe(false);
});

it('never throws, and returns only the documented keys', () => {
  fc.assert(
    fc.property(fc.constantFrom(...eventTypes), fc.anything(), (type, payload) => {
      const parsed = parseEvent(type, payload);
      if (parsed.ok) expect(utf8Length(JSON.stringify(parsed.value))).toBeLessThanOrEqual(32_768);
      else expect(parsed.faults.length).toBeGreaterThan(0);
    }),
  );
  const known = fc.record({
    agentId: fc.string({ minLength: 1, maxLength: 20 }).filter((id) => id.trim() !== ''),
    status: fc.constantFrom(...agentStatuses),
    timestamp: fc.maxSafeNat(),
  });
  fc.assert(
    fc.property(known, fc.dictionary(fc.string(), fc.jsonValue()), (payload, extra) => {
      const parsed = parseEvent('agent:status', { ...extra, ...payload });
      expect(parsed.ok && parsed.value.payload).toEqual(payload);
      expect(parsed.ok && Object.keys(parsed.value.payload)).toEqual([
        ...['agentId', 'status', 'timestamp'],
      ]);
    }),
  );
});

it('replaces a lone surrogate in a message by U+FFFD, as storing and sending would', () => {
  const payload = { agentId: 'a', sessionId: 's', lastMessage: 'x\uD800', timestamp: 1 };
  expect(parseEvent('session:activity', payload)).toMatchObject({
    value: { payload: { lastMessage: 'x\uFFFD' } },
  });
});
