// The words and the drawing of an activity.
import {
  activityWords,
  bars,
  ground,
  shortWords,
} from '#dashboard/page/model/events/activity-words';

const minutes = (...events: number[]) =>
  events.map((each, index) => ({ at: index * 60_000, events: each, errors: 0 }));

it.each([
  [[0], '0 events in this minute', '0 in 1 min'],
  [[1], '1 event in this minute', '1 in 1 min'],
  [[0, 0], '0 events in the last 2 minutes', '0 in 2 min'],
  [
    [1_000, 1],
    '1,001 events in the last 2 minutes, at most 1,000 in one',
    '1,001 in 2 min, max 1,000',
  ],
])('describes the events %j', (events, words, short) => {
  expect(activityWords(minutes(...events), 'events')).toBe(words);
  expect(shortWords(minutes(...events), 'events')).toBe(short);
});

it('describes reported errors', () => {
  expect(activityWords([{ at: 0, events: 2, errors: 1 }], 'errors')).toBe(
    '1 error report in this minute',
  );
});

it('draws the newest minute at the right, the highest bar in full height, and a single event visibly', () => {
  expect(bars(minutes(1_000, 0, 500, 1), 'events')).toBe(
    'M56 16v-16h0.75v16zM58 16v-8h0.75v8zM59 16v-1h0.75v1z',
  );
  expect(bars(minutes(0, 0), 'events')).toBe('');
  expect(ground(minutes(0, 0))).toBe('M58 16h2');
});
