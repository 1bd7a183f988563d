// The time of an event, with as much of a date as is needed.
import { eventTime, timeOfDay, todayOf } from '#dashboard/page/model/text/event-time';

const now = new Date(2026, 1, 5, 14, 3, 22);
const shown = (...date: [number, number, number, number, number, number]) =>
  eventTime(new Date(...date).getTime(), todayOf(now.getTime()));

it.each([
  ['only the time today', [2026, 1, 5, 0, 0, 0], /^12:00:00\sAM$/],
  ['only the time at the end of today', [2026, 1, 5, 23, 59, 59], /^11:59:59\sPM$/],
  ['the date yesterday', [2026, 1, 4, 23, 59, 59], /^Feb 4, 11:59\sPM$/],
  ['the date tomorrow, which is a wrong clock', [2026, 1, 6, 0, 0, 0], /^Feb 6, 12:00\sAM$/],
  ['the date at the beginning of the year', [2026, 0, 1, 0, 0, 0], /^Jan 1, 12:00\sAM$/],
  ['the year before', [2025, 11, 31, 23, 59, 59], /^Dec 31, 2025, 11:59\sPM$/],
  ['the year after', [2027, 0, 1, 0, 0, 0], /^Jan 1, 2027, 12:00\sAM$/],
] as const)('has %s', (_what, date, text) => {
  expect(shown(...(date as unknown as Parameters<typeof shown>))).toMatch(text);
});

it('has hours and minutes only on request', () => {
  expect(timeOfDay(now.getTime())).toMatch(/^2:03\sPM$/);
});

it('shows the greatest timestamps that the protocol allows', () => {
  const today = todayOf(now.getTime());
  expect(eventTime(Number.MAX_SAFE_INTEGER, today)).toContain('275760');
});
