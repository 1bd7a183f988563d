// Packs of events: each event is parsed independently of the others.
import fc from 'fast-check';
import {
  describeFaults,
  eventTypes,
  maxPackEvents,
  packDetail,
  parsePack,
  parseReport,
} from '#sdk/protocol';

const payload = { agentId: 'agent-123', status: 'online', timestamp: 1_707_163_200_000 };
const status = { type: 'agent:status', payload };
const activity = {
  type: 'session:activity',
  payload: { agentId: 'a', sessionId: 's', lastMessage: 'm', timestamp: 1 },
};

it('returns the events in order, with the documented keys only', () => {
  const extra = { ...status, id: 7, payload: { ...payload, extra: true } };
  expect(parsePack({ events: [activity, extra, activity], other: 1 })).toEqual({
    ok: true,
    value: [activity, status, activity].map((event) => ({ ok: true, value: { event } })),
  });
});

it.each([
  ['nothing', undefined, 'must be an object'],
  ['a list', [status], 'events is missing'],
  ['an object without the list', { event: status }, 'events is missing'],
  ['an object instead of the list', { events: { 0: status } }, 'events must be a list'],
  ['an empty list', { events: [] }, 'events must not be empty'],
  [
    'a list that is too long',
    { events: Array.from({ length: maxPackEvents + 1 }, () => status) },
    'events must have at most 1000 events',
  ],
])('refuses %s as a pack', (_what, detail, reason) => {
  const parsed = parsePack(detail);
  expect(!parsed.ok && describeFaults(parsed.faults)).toBe(reason);
});

it('accepts the maximum number of events in a pack', () => {
  const parsed = parsePack({ events: Array.from({ length: maxPackEvents }, () => status) });
  expect(parsed.ok && parsed.value.every(({ ok }) => ok)).toBe(true);
});

it.each([
  ['a string', 'status', 'events.1 must be an object'],
  ['no type', { payload }, 'events.1.type is missing'],
  ['a type that is not a string', { type: 7, payload }, 'events.1.type must be a string'],
  ['no payload', { type: 'agent:status' }, 'events.1.payload is missing'],
  [
    'another type',
    { type: 'toString', payload },
    `events.1.type must be one of ${eventTypes.join(', ')}`,
  ],
  [
    'a pack',
    { type: 'events:batch', payload: { events: [status] } },
    `events.1.type must be one of ${eventTypes.join(', ')}`,
  ],
  [
    'a payload that is not an object',
    { ...status, payload: 7 },
    'events.1.payload must be an object',
  ],
  [
    'several faults',
    { ...status, payload: { ...payload, agentId: '', status: 'secret' } },
    'events.1.payload.agentId must be a non-empty string of at most 128 bytes; ' +
      'events.1.payload.status must be one of online, offline, error',
  ],
  [
    'a text that is too long',
    { ...activity, payload: { ...activity.payload, lastMessage: 'x'.repeat(32_640) } },
    'events.1.payload must make a message of at most 32640 bytes, not of 32740',
  ],
])(
  'refuses only the event with %s in a pack, with the path of the fault',
  (_what, event, reason) => {
    const parsed = parsePack({ events: [status, event, activity] });
    const [before, invalid, after] = parsed.ok ? parsed.value : [];
    expect(before).toEqual({ ok: true, value: { event: status } });
    expect(after).toEqual({ ok: true, value: { event: activity } });
    expect(invalid?.ok === false && describeFaults(invalid.faults)).toBe(reason);
  },
);

it('returns the time to live of an event beside the event', () => {
  const alive = { ...status, payload: { ...payload, aliveForSeconds: 60 } };
  const short = { ...status, payload: { ...payload, aliveForSeconds: 9 } };
  expect(parsePack({ events: [alive, short] })).toEqual({
    ok: true,
    value: [
      { ok: true, value: { event: status, aliveForSeconds: 60 } },
      {
        ok: false,
        faults: [
          {
            path: 'events.1.payload.aliveForSeconds',
            problem: 'must be an integer from 10 to 86400',
          },
        ],
      },
    ],
  });
});

it('never throws, and parses each event as it would be parsed alone', () => {
  const almost = fc.record(
    {
      type: fc.oneof(fc.constantFrom('agent:status', 'session:activity'), fc.jsonValue()),
      payload: fc.oneof(fc.constantFrom(payload, activity.payload), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const detail = fc.oneof(
    fc.record({ events: fc.array(fc.oneof(almost, fc.jsonValue()), { maxLength: 5 }) }),
    fc.jsonValue(),
    fc.anything(),
  );
  fc.assert(
    fc.property(detail, (given) => {
      const parsed = parsePack(given);
      if (!parsed.ok) {
        expect(parsed.faults.length).toBeGreaterThan(0);
        return;
      }
      const { events } = given as { events: { type: string; payload: unknown }[] };
      expect(parsed.value).toHaveLength(events.length);
      for (const [index, one] of parsed.value.entries()) {
        const event = events[index];
        if (one.ok) expect(one).toEqual(parseReport(event?.type ?? '', event?.payload));
        else for (const { path } of one.faults) expect(path).toMatch(`events.${index}`);
      }
    }),
    { numRuns: 500 },
  );
});

it('does not throw for deeply nested values', () => {
  const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown;
  for (const detail of [deep, { events: deep }, { events: [deep, { ...status, payload: deep }] }]) {
    expect(() => parsePack(detail)).not.toThrow();
  }
  expect(parsePack({ events: [{ ...status, extra: deep }] })).toEqual({
    ok: true,
    value: [{ ok: true, value: { event: status } }],
  });
});

it('makes a detail with the same events from texts', () => {
  const texts = [status, activity, status].map((event) => JSON.stringify(event));
  expect(JSON.parse(packDetail(texts))).toEqual({ events: [status, activity, status] });
});
