// Relative times in words.
import { relativeTime, secondsUntil } from '#dashboard/page/model/text/relative-time';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

it.each([
  [0, 'just now'],
  [10 * second - 1, 'just now'],
  [10 * second, '10 s ago'],
  [minute - 1, '50 s ago'],
  [minute, '1 min ago'],
  [hour - 1, '59 min ago'],
  [hour, '1 h ago'],
  [2 * day - 1, '47 h ago'],
  [2 * day, '2 d ago'],
  [-5 * minute, 'just now'],
])('describes a time %i ms ago as %j', (age, words) => {
  const now = Date.UTC(2026, 1, 5);
  expect(relativeTime(now - age, now)).toBe(words);
});

it.each([
  [5_000, 5],
  [4_001, 5],
  [1, 1],
  [0, 0],
  [-3_000, 0],
])('rounds %i ms up to %i seconds', (ahead, seconds) => {
  expect(secondsUntil(1_000 + ahead, 1_000)).toBe(seconds);
});
