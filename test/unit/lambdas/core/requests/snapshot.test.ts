import fc from 'fast-check';
import { snapshotMessages } from '#core/requests/snapshot';
import {
  maxEventMessageBytes,
  maxMessageBytes,
  parseEvent,
  parseServerMessage,
  utf8Length,
  type EventMessage,
} from '#sdk/protocol';
import { anyCharacter } from '#test/support/data/any-text';
import { agentEvent, emptyLists, sessionEvent, snapshotFacts } from '#test/support/data/events';

const timestamp = 1_707_163_200_000;
/** The facts of the settings with the longest texts. */
const longFacts = {
  heartbeatSeconds: 540,
  lifetimeSeconds: { agents: 31_536_000, sessions: 31_536_000 },
};

function parseAll(texts: readonly string[]) {
  return texts.map((text) => {
    const parsed = parseServerMessage(text);
    if (!parsed.ok || parsed.value.type !== 'state:snapshot') throw new Error(text);
    return parsed.value.payload;
  });
}

it('returns one complete, empty snapshot without events', () => {
  expect(parseAll(snapshotMessages([], timestamp, snapshotFacts))).toEqual([
    { ...emptyLists(), timestamp, complete: true, ...snapshotFacts },
  ]);
});

it('contains every event once, in order, in the minimum number of messages that fit', () => {
  const text = fc
    .string({ unit: anyCharacter, maxLength: 6_000 })
    .map((value) => value.toWellFormed());
  const event = fc.oneof(
    fc.nat().map((id) => agentEvent(`agent-${id}`, 'online', 1)),
    fc.tuple(fc.nat(), text).map(([id, message]) => sessionEvent(`agent-${id}`, 's', message, 1)),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const texts = snapshotMessages(events, timestamp, longFacts);
      for (const message of texts) expect(utf8Length(message)).toBeLessThanOrEqual(maxMessageBytes);
      const parts = parseAll(texts);
      expect(parts.map(({ complete }) => complete)).toEqual(
        parts.map((_, index) => index === parts.length - 1),
      );
      const told = (type: EventMessage['type']) =>
        events.filter((one) => one.type === type).map(({ payload }) => payload);
      expect(parts.flatMap(({ agents }) => agents)).toEqual(told('agent:status'));
      expect(parts.flatMap(({ sessions }) => sessions)).toEqual(told('session:activity'));
      // Two consecutive messages do not fit into one.
      for (const [index, message] of texts.slice(1).entries()) {
        const both = utf8Length(message) + utf8Length(texts[index] ?? '');
        expect(both).toBeGreaterThan(maxMessageBytes - 200);
      }
    }),
    { numRuns: 50 },
  );
});

it('puts an event of the maximum size into one message', () => {
  const overhead = utf8Length(JSON.stringify(sessionEvent('a', 's', '', 9_007_199_254_740_991)));
  const lastMessage = 'x'.repeat(maxEventMessageBytes - overhead);
  const event = sessionEvent('a', 's', lastMessage, 9_007_199_254_740_991);
  expect(parseEvent('session:activity', event.payload)).toMatchObject({ ok: true });
  const texts = snapshotMessages([event], 9_007_199_254_740_991, longFacts);
  for (const text of texts) expect(utf8Length(text)).toBeLessThanOrEqual(maxMessageBytes);
  // There is no room for the lifetimes.
  const [first, last, ...others] = parseAll(texts);
  expect(first?.sessions).toEqual([event.payload]);
  expect(last).toMatchObject({ ...emptyLists(), lifetimeSeconds: longFacts.lifetimeSeconds });
  expect(others).toEqual([]);
});

describe('with the patterns in force', () => {
  const longest = Array.from({ length: 32 }, (_, index) => `ä${String(index).padStart(126, 'x')}`);

  it('contains them in the last message only', () => {
    const events = Array.from({ length: 3 }, (_, index) =>
      sessionEvent(`agent-${index}`, 's', 'x'.repeat(20_000), 1),
    );
    const parts = parseAll(snapshotMessages(events, timestamp, snapshotFacts, ['team-a/*']));
    expect(parts.map(({ visibleAgents }) => visibleAgents)).toEqual([
      undefined,
      undefined,
      ['team-a/*'],
    ]);
    expect(parts.map(({ complete }) => complete)).toEqual([false, false, true]);
  });

  it('shares the last message with an event exactly if there is room for both', () => {
    const lengthOf = (size: number, patterns?: readonly string[]) =>
      snapshotMessages(
        [sessionEvent('agent-0', 's', 'x'.repeat(size), 1)],
        timestamp,
        longFacts,
        patterns,
      ).map(utf8Length);
    const [length = NaN] = lengthOf(20_000, longest);
    // While a message is filled, `false` is reserved for `complete`.
    const greatest = 20_000 + maxMessageBytes - length - 1;
    expect(lengthOf(greatest, longest)).toEqual([maxMessageBytes - 1]);
    expect(lengthOf(greatest + 1, longest)).toHaveLength(2);
  });

  it('is at most 32 KB, and the same up to the patterns, whatever room events leave in its last message', () => {
    const lengths = fc.array(fc.integer({ min: 20_000, max: 32_500 }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(lengths, fc.subarray(longest), (sizes, patterns) => {
        const events = sizes.map((size, index) =>
          sessionEvent(`agent-${index}`, 's', 'x'.repeat(size), 1),
        );
        const texts = snapshotMessages(events, timestamp, longFacts, patterns);
        for (const text of texts) expect(utf8Length(text)).toBeLessThanOrEqual(maxMessageBytes);
        const without = parseAll(snapshotMessages(events, timestamp, longFacts));
        const parts = parseAll(texts);
        expect(parts.flatMap(({ sessions }) => sessions)).toEqual(
          without.flatMap(({ sessions }) => sessions),
        );
        expect(parts.at(-1)).toMatchObject({ complete: true, visibleAgents: patterns });
        // One more message only if the patterns do not fit into the last one.
        const room =
          maxMessageBytes - utf8Length(snapshotMessages(events, timestamp, longFacts).at(-1) ?? '');
        const needed = utf8Length(`,"visibleAgents":${JSON.stringify(patterns)}`);
        // While a message is filled, `false` is reserved for `complete`.
        expect(parts.length - without.length).toBe(needed > room - 1 ? 1 : 0);
      }),
      { numRuns: 50 },
    );
  });
});
