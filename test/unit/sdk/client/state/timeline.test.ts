// What is shown of a timeline: pages of the server and live events, in any interleaving.
import fc from 'fast-check';
import type { SessionActivity } from '#sdk/client';
import {
  eventsOf,
  heard,
  keptLive,
  tell,
  unknownTimeline,
  type KnownTimeline,
} from '#sdk/client/state/timeline';

const event = (timestamp: number, lastMessage = 'm'): SessionActivity => ({
  ...{ agentId: 'a', sessionId: 's' },
  ...{ lastMessage, timestamp },
});
const timesOf = (timeline: KnownTimeline) => eventsOf(timeline).map(({ timestamp }) => timestamp);

it('orders events by timestamp, and those with the same one by the code points of their messages, the newest first', () => {
  const events = [event(1), event(2, '\uFFFF'), event(2, '\u{1F600}'), event(2, 'a'), event(3)];
  const timeline = tell(unknownTimeline, events, false);
  expect(eventsOf(timeline).map(({ timestamp, lastMessage }) => [timestamp, lastMessage])).toEqual([
    [3, 'm'],
    [2, '\u{1F600}'],
    [2, '\uFFFF'],
    [2, 'a'],
    [1, 'm'],
  ]);
});

it('shows what came live before the server has told anything', () => {
  expect(timesOf(heard(heard(unknownTimeline, event(2)), event(1)))).toEqual([2, 1]);
});

it('shows no live event before the oldest one that the server has told: others may be missing between them', () => {
  const live = [1, 5, 9].map((at) => event(at)).reduce(heard, unknownTimeline);
  const timeline = tell(live, [event(6), event(5)], false);
  expect(timesOf(timeline)).toEqual([9, 6, 5]);
  expect(timesOf(tell(timeline, [event(4), event(1)], true))).toEqual([9, 6, 5, 4, 1]);
});

it('forgets what was told before a gap', () => {
  const timeline = tell(tell(unknownTimeline, [event(2), event(1)], false), [event(9)], false);
  expect(timesOf(timeline)).toEqual([9]);
});

it('keeps the newest live events, and forgets what was told before them', () => {
  let timeline = tell(unknownTimeline, [event(0)], false);
  for (let at = 1; at <= keptLive; at += 1) timeline = heard(timeline, event(at));
  expect(timesOf(timeline)).toHaveLength(keptLive + 1);
  timeline = heard(timeline, event(keptLive + 1));
  expect(timeline.told).toEqual([]);
  expect(timesOf(timeline)).toHaveLength(keptLive);
  expect(timesOf(timeline).at(-1)).toBe(2);
});

/** What happens: events are reported, each of which the client hears or not; it hears an earlier one again; or it reads a page. */
const anyStep = fc.oneof(
  fc.record({
    reports: fc.array(fc.tuple(fc.constantFrom('a', 'b', '\uFFFF', '\u{1F600}'), fc.boolean()), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  fc.record({ repeated: fc.nat(30) }),
  fc.record({ page: fc.constantFrom('newest', 'next', 'last') }),
);
const pageLength = 3;

it('shows all events once and in order after the pages were read, in any interleaving of lost, late and repeated events and pages', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
      const reported: SessionActivity[] = [];
      let timeline = unknownTimeline;
      let last: readonly SessionActivity[] = [];
      const isTold = (one: SessionActivity) => timeline.told.some((known) => isSame(known, one));
      const all = () => eventsOf(tell(unknownTimeline, reported, false));
      function read(page: 'newest' | 'next' | 'last'): void {
        const server = all();
        const from = page === 'next' ? server.findLastIndex(isTold) + 1 : 0;
        if (page !== 'last') last = server.slice(from, from + pageLength);
        const isNext = page === 'next' || last.some(isTold);
        // A page that was repeated after a gap was ignored by the client: its request is answered.
        if (page !== 'last' || isNext) timeline = tell(timeline, last, isNext);
      }
      for (const step of steps) {
        if ('page' in step) read(step.page);
        else if ('repeated' in step) {
          const one = reported[step.repeated];
          if (one) timeline = heard(timeline, one);
        } else {
          const timestamp = (reported.at(-1)?.timestamp ?? 0) + 1;
          for (const [lastMessage, isHeard] of step.reports) {
            reported.push(event(timestamp, lastMessage));
            if (isHeard) timeline = heard(timeline, event(timestamp, lastMessage));
          }
        }
        const { told } = timeline;
        const [newest, oldest] = [told[0], told.at(-1)];
        // What was told has no gaps.
        if (newest && oldest) {
          const server = all();
          const at = (one: SessionActivity) => server.findIndex((other) => isSame(one, other));
          expect(told).toHaveLength(at(oldest) - at(newest) + 1);
        }
      }
      read('newest');
      reported.forEach(() => {
        read('next');
      });
      expect(eventsOf(timeline)).toEqual(all());
    }),
    { numRuns: 300 },
  );
});

function isSame(one: SessionActivity, other: SessionActivity): boolean {
  return one.timestamp === other.timestamp && one.lastMessage === other.lastMessage;
}
