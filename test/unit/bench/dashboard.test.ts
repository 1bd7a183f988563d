// The table that `dashboard` prints, and the events that it sends.
import { formatDashboardTable } from '#bench/dashboard/command';
import type { DashboardResult } from '#bench/dashboard/dashboard';
import { eventOf } from '#bench/dashboard/service';
import { parseEvent } from '#sdk/protocol';

const result = (changes: Partial<DashboardResult>): DashboardResult => ({
  variant: 'now',
  ...{ agents: 2_000, eventsPerSecond: 200, longestTaskMilliseconds: 0 },
  ...{ mainThreadShare: 0.1, domNodes: 1_500, heapMegabytes: 9.5, ...changes },
});

it('prints a table that compares the time of the main thread with that of this checkout', () => {
  const table = formatDashboardTable([
    result({ variant: 'before', mainThreadShare: 0.45, longestTaskMilliseconds: 287.4 }),
    result({}),
  ]);
  const cells = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  expect(cells[2]).toEqual(['', 'before', '45.0', '287', '1,500', '9.5', '4.50', '']);
  expect(cells[3]).toEqual(['', 'now', '10.0', '0', '1,500', '9.5', '1.00', '']);
});

it('sends valid events of every agent, with each status', () => {
  const load = { agents: 50, eventsPerSecond: 200 };
  const events = Array.from({ length: 3_000 }, (_, index) => eventOf(index, load, index));
  for (const { type, payload } of events) expect(parseEvent(type, payload).ok).toBe(true);
  expect(new Set(events.map(({ payload }) => payload.agentId)).size).toBe(50);
  const statuses = events.flatMap(({ payload }) => ('status' in payload ? payload.status : []));
  expect(new Set(statuses)).toEqual(new Set(['online', 'offline', 'error']));
});
