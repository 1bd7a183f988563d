// When there has been no event of an agent for long.
import { silenceWords, silentAfterMilliseconds } from '#dashboard/page/model/agents/silence';

const now = Date.UTC(2026, 1, 5);
const minute = 60_000;

it.each([
  ['online', silentAfterMilliseconds - 1, undefined],
  ['online', silentAfterMilliseconds, 'nothing new for 10 min'],
  ['error', 12 * minute, 'nothing new for 12 min'],
  ['unknown', 5 * 60 * minute, 'nothing new for 5 h'],
  // It has said that it stops.
  ['offline', 5 * 60 * minute, undefined],
  // A clock that is ahead.
  ['online', -20 * minute, undefined],
] as const)('%s, last seen %i ms ago: %s', (status, age, words) => {
  expect(silenceWords(status, now - age, now)).toBe(words);
});

it('says nothing about an agent that has never reported', () => {
  expect(silenceWords('unknown', undefined, now)).toBeUndefined();
});
