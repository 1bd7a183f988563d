import fc from 'fast-check';
import { eventsOf, newestPerRegister } from '#core/broadcasting/reported-events';
import {
  agentStatuses,
  eventTypes,
  isNewer,
  registerOf,
  versionOfEvent,
  type EventMessage,
} from '#sdk/protocol';

const now = 1_707_163_200_000;
const payload = { agentId: 'agent-123', status: 'online', timestamp: now };
const status = { type: 'agent:status', payload } as EventMessage;
const activity: EventMessage = {
  type: 'session:activity',
  payload: { agentId: 'agent-123', sessionId: 's', lastMessage: 'm', timestamp: 5 },
};

/** The envelope of an event from EventBridge. */
const envelope = {
  version: '0',
  id: 'event-1',
  'detail-type': 'agent:status',
  source: 'mission-control',
  account: '123456789012',
  time: '2026-02-05T20:00:00Z',
  region: 'eu-central-1',
  resources: [],
};

function report(type: string, detail: unknown) {
  const whole = { ...envelope, 'detail-type': type, detail };
  const { accepted, rejected } = eventsOf({ id: 'event-1', type, payload: detail, whole }, now);
  return { whole, accepted: accepted.map(({ event }) => event), rejected };
}

const reportPack = (...events: unknown[]) => report('events:batch', { events });

const ahead = (milliseconds: number) => ({ ...payload, timestamp: now + milliseconds });

it.each([
  ['of an agent status', 'agent:status', payload, [status]],
  ['of a session activity', 'session:activity', activity.payload, [activity]],
  [
    'with a timestamp five minutes ahead',
    'agent:status',
    ahead(300_000),
    [{ ...status, payload: ahead(300_000) }],
  ],
  ['with additional keys', 'agent:status', { ...payload, extra: 1 }, [status]],
  [
    'that is a pack',
    'events:batch',
    { events: [activity, status, activity] },
    [activity, status, activity],
  ],
])('accepts an event %s', (_what, type, detail, accepted) => {
  expect(report(type, detail)).toMatchObject({ accepted, rejected: [] });
});

it.each([
  [
    'with an unknown status',
    'agent:status',
    { ...payload, status: 'busy' },
    /^status must be one of/,
  ],
  [
    'of an unknown type',
    'agent:restarted',
    payload,
    new RegExp(`^type must be one of ${eventTypes.join(', ')}`),
  ],
  [
    'with a time to live that is too short',
    'agent:status',
    { ...payload, aliveForSeconds: 9 },
    /^aliveForSeconds must be an integer from 10 to 86400$/,
  ],
  [
    'with a timestamp too far ahead',
    'agent:status',
    ahead(300_001),
    /^timestamp must be at most 5 minutes ahead/,
  ],
  [
    'that is a pack without a list of events',
    'events:batch',
    { event: status },
    /^events is missing$/,
  ],
  [
    'that is a pack with an empty list',
    'events:batch',
    { events: [] },
    /^events must not be empty$/,
  ],
])('rejects an event %s as a whole', (_what, type, detail, reason) => {
  const { whole, accepted, rejected } = report(type, detail);
  expect(accepted).toEqual([]);
  expect(rejected).toEqual([
    { id: 'event-1', whole, payload: detail, reason: expect.stringMatching(reason) as unknown },
  ]);
});

it('accepts the time to live beside the event, alone and in a pack, and not in the event', () => {
  const alive = { ...payload, aliveForSeconds: 60 };
  const accepted = [{ event: status, aliveForSeconds: 60 }];
  const whole = {};
  expect(eventsOf({ id: 'e', type: 'agent:status', payload: alive, whole }, now).accepted).toEqual(
    accepted,
  );
  const pack = { events: [activity, { ...status, payload: alive }] };
  expect(eventsOf({ id: 'e', type: 'events:batch', payload: pack, whole }, now).accepted).toEqual([
    { event: activity },
    ...accepted,
  ]);
});

describe('the events of a pack', () => {
  it.each([
    [
      'an invalid event',
      { type: 'agent:status', payload: { ...payload, status: 'busy' } },
      'status must be one of online, offline, error',
      'agent:status',
      { ...payload, status: 'busy' },
    ],
    [
      'an event with a timestamp too far ahead',
      { type: 'agent:status', payload: ahead(300_001), extra: 1 },
      'timestamp must be at most 5 minutes ahead of the time',
      'agent:status',
      ahead(300_001),
    ],
    [
      'an event of an unknown type',
      { type: 'agent:restarted', payload },
      `type must be one of ${eventTypes.join(', ')}, events:batch`,
      'agent:restarted',
      payload,
    ],
    [
      'an event whose payload is JSON text',
      { type: 'agent:status', payload: JSON.stringify(payload) },
      'payload must be an object',
      'agent:status',
      JSON.stringify(payload),
    ],
    [
      'an element without a payload',
      { type: 'agent:status', agentId: 'agent-123' },
      'events.0.payload is missing',
      'events:batch',
      { events: [{ type: 'agent:status', agentId: 'agent-123' }] },
    ],
    [
      'an element that is not an object',
      null,
      'events.0 must be an object',
      'events:batch',
      { events: [null] },
    ],
    [
      'a pack',
      { type: 'events:batch', payload: { events: [status] } },
      `events.0.type must be one of ${eventTypes.join(', ')}`,
      'events:batch',
      { events: [{ type: 'events:batch', payload: { events: [status] } }] },
    ],
  ])(
    '%s is rejected as a separate event, without the others',
    (_what, element, reason, type, detail) => {
      const { accepted, rejected } = reportPack(status, element, activity);
      expect(accepted).toEqual([status, activity]);
      const whole = {
        ...{ ...envelope, 'detail-type': type, detail },
        ...{ id: 'event-1#1', 'pack-id': 'event-1' },
      };
      expect(rejected).toEqual([{ id: 'event-1#1', whole, payload: detail, reason }]);
      // If it is reported again unchanged, it is rejected for the same reason.
      const again = report(type, detail);
      expect(again.accepted).toEqual([]);
      expect(again.rejected.map((event) => event.reason)).toEqual([reason]);
    },
  );

  it('are each accepted or rejected, in the order of the pack', () => {
    const element = fc.oneof(
      fc.constantFrom<unknown>(status, activity, { ...status, payload: ahead(300_001) }),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 20 }), (events) => {
        const { accepted, rejected } = reportPack(...events);
        const places = rejected.map(({ id }) => Number(id.split('#')[1]));
        const left = events.filter((_event, index) => !places.includes(index));
        expect(accepted).toEqual(left);
        expect(places).toEqual([...places].sort((one, other) => one - other));
      }),
    );
  });
});

it('keeps the newest event of each register, in the order of reporting', () => {
  const event = fc.oneof(
    fc
      .record({
        agentId: fc.constantFrom('a', 'b'),
        status: fc.constantFrom(...agentStatuses),
        timestamp: fc.nat(3),
      })
      .map((given): EventMessage => ({ type: 'agent:status', payload: given })),
    fc
      .record({
        agentId: fc.constantFrom('a', 'b'),
        sessionId: fc.constantFrom('a', 'b'),
        lastMessage: fc.constantFrom('', 'm'),
        timestamp: fc.nat(3),
      })
      .map((given): EventMessage => ({ type: 'session:activity', payload: given })),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (events) => {
      const newest = newestPerRegister(events.map((one) => ({ event: one }))).map(
        (report) => report.event,
      );
      expect(newest.map(registerOf).sort()).toEqual([...new Set(events.map(registerOf))].sort());
      expect(newest).toEqual(events.filter((one) => newest.includes(one)));
      for (const kept of newest) {
        const rivals = events.filter((other) => registerOf(other) === registerOf(kept));
        for (const rival of rivals) {
          expect(isNewer(versionOfEvent(rival), versionOfEvent(kept))).toBe(false);
        }
      }
    }),
  );
});
