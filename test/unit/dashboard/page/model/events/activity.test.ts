// Activity: events and errors of each minute, compared with counting all of them.
import fc from 'fast-check';
import {
  createActivity,
  minutesKept,
  type MinuteCounts,
} from '#dashboard/page/model/events/activity';
import { feedActivity, feedStatus } from '#test/support/data/feed-events';

const minute = 60_000;

function createHarness(startedAt = 1_000 * minute) {
  let now = startedAt;
  const activity = createActivity(() => now);
  return {
    activity,
    pass: (milliseconds: number) => (now += milliseconds),
    numbersOf: (agentId?: string) =>
      activity.read(agentId).map(({ events, errors }) => [events, errors]),
  };
}

it('counts live events and errors by minute, in all and by agent', () => {
  const { activity, pass, numbersOf } = createHarness();
  activity.take([feedStatus(1, 'a', 'online'), feedActivity(2, 'b', 's', 'Says')]);
  pass(2 * minute);
  activity.take([feedStatus(3, 'a', 'error'), feedStatus(4, 'a', 'error')]);
  expect(numbersOf()).toEqual([[2, 0], [0, 0], [2, 2]]); // prettier-ignore
  expect(numbersOf('a')).toEqual([[1, 0], [0, 0], [2, 2]]); // prettier-ignore
  expect(numbersOf('b')).toEqual([[1, 0], [0, 0], [0, 0]]); // prettier-ignore
  expect(numbersOf('nobody')).toEqual([[0, 0], [0, 0], [0, 0]]); // prettier-ignore
  expect(activity.total()).toBe(4);
});

it('does not count what a snapshot restores', () => {
  const { activity, numbersOf } = createHarness();
  activity.take([feedStatus(1, 'a', 'error', 1, 'snapshot')]);
  expect([numbersOf(), activity.total()]).toEqual([[[0, 0]], 0]);
});

it('returns the same list until an event is counted, or the minute ends', () => {
  const { activity, pass } = createHarness();
  activity.take([feedStatus(1, 'a', 'online')]);
  const [all, other] = [activity.read(), activity.read('b')];
  pass(minute - 1);
  expect([activity.read() === all, activity.read('b') === other]).toEqual([true, true]);
  activity.take([feedStatus(2, 'a', 'online')]);
  expect([activity.read() === all, activity.read('b') === other]).toEqual([false, true]);
  pass(1);
  expect(activity.read('b')).not.toBe(other);
});

it('forgets an agent, but not its events in all', () => {
  const { activity, numbersOf } = createHarness();
  activity.take([feedStatus(1, 'a', 'online')]);
  activity.forget('a');
  expect([numbersOf('a'), numbersOf()]).toEqual([[[0, 0]], [[1, 0]]]);
});

it('counts in the newest minute if the clock is set back', () => {
  const { activity, pass, numbersOf } = createHarness();
  pass(minute);
  activity.read();
  pass(-5 * minute);
  activity.take([feedStatus(1, 'a', 'error')]);
  expect(numbersOf()).toEqual([[0, 0], [1, 1]]); // prettier-ignore
});

it('returns what a list of all events gives, for any pauses between them', () => {
  const steps = fc.array(
    fc.record({
      pause: fc.oneof(
        fc.integer({ min: 0, max: 2 * minute }),
        fc.integer({ min: 0, max: 150 * minute }),
      ),
      agentId: fc.constantFrom('a', 'b'),
      status: fc.constantFrom('online' as const, 'error' as const),
    }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: minute }), (all, offset) => {
      const startedAt = 1_000 * minute + offset;
      const { activity, pass } = createHarness(startedAt);
      const seen: { at: number; agentId: string; isError: boolean }[] = [];
      let at: number;
      for (const { pause, agentId, status } of all) {
        at = pass(pause);
        activity.take([feedStatus(1, agentId, status)]);
        seen.push({ at, agentId, isError: status === 'error' });
        for (const agent of [undefined, 'a', 'b']) {
          const events = seen.filter((each) => agent === undefined || each.agentId === agent);
          expect(activity.read(agent)).toEqual(countAll(events, startedAt, at));
        }
      }
    }),
  );
});

function countAll(
  seen: readonly { at: number; isError: boolean }[],
  startedAt: number,
  now: number,
): MinuteCounts[] {
  const newest = Math.floor(now / minute);
  const oldest = Math.max(Math.floor(startedAt / minute), newest - minutesKept + 1);
  const list: MinuteCounts[] = [];
  for (let each = oldest; each <= newest; each += 1) {
    const events = seen.filter(({ at }) => Math.floor(at / minute) === each);
    const errors = events.filter(({ isError }) => isError);
    list.push({ at: each * minute, events: events.length, errors: errors.length });
  }
  return list;
}
