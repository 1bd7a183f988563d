import fc from 'fast-check';
import {
  compareText,
  isNewer,
  registerOf,
  versionOf,
  type EventMessage,
  type Version,
} from '#sdk/protocol';
import { anyCharacter } from '#test/support/data/any-text';

const text = fc.string({ unit: anyCharacter, maxLength: 4 }).map((value) => value.toWellFormed());
const version = fc.record({ timestamp: fc.nat(2), value: text });

it('orders texts by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(Math.sign(compareText(one, other))).toBe(
        Buffer.compare(Buffer.from(one), Buffer.from(other)),
      );
    }),
  );
  expect(compareText('\u{1F600}', '\uFFFD')).toBeGreaterThan(0);
});

it('makes exactly one of two different versions newer, and neither of two equal ones', () => {
  fc.assert(
    fc.property(version, version, (one, other) => {
      const same = one.timestamp === other.timestamp && one.value === other.value;
      expect([isNewer(one, other), isNewer(other, one)].filter(Boolean)).toHaveLength(same ? 0 : 1);
    }),
  );
});

it('keeps the same version for any order of versions', () => {
  const last = (versions: readonly Version[]) =>
    versions.reduce((known, candidate) => (isNewer(candidate, known) ? candidate : known));
  const shuffled = fc
    .array(version, { minLength: 1 })
    .chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      ),
    );
  fc.assert(
    fc.property(shuffled, ([all, others]) => {
      expect(last(others)).toEqual(last(all));
    }),
  );
});

it('names different registers differently', () => {
  const id = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 3 });
  const event = fc.oneof(
    id.map((agentId): EventMessage => ({
      type: 'agent:status',
      payload: { agentId, status: 'online', timestamp: 1 },
    })),
    fc.tuple(id, id).map(([agentId, sessionId]): EventMessage => ({
      type: 'session:activity',
      payload: { agentId, sessionId, lastMessage: '', timestamp: 1 },
    })),
  );
  const nameless = ({ type, payload }: EventMessage) =>
    JSON.stringify([type, payload.agentId, 'sessionId' in payload ? payload.sessionId : null]);
  fc.assert(
    fc.property(event, event, (one, other) => {
      expect(registerOf(one) === registerOf(other)).toBe(nameless(one) === nameless(other));
    }),
  );
});

it('uses the status of an agent and the last message of a session as the value of a version', () => {
  expect(versionOf({ agentId: 'a', status: 'error', timestamp: 5 })).toEqual({
    timestamp: 5,
    value: 'error',
  });
  expect(versionOf({ agentId: 'a', sessionId: 's', lastMessage: 'm', timestamp: 5 })).toEqual({
    timestamp: 5,
    value: 'm',
  });
});
