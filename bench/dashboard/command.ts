// Parses the command line of `dashboard`, and runs the measurement.
import type { Arguments } from '#sdk/command/arguments';
import type { Output } from '#sdk/command/command';
import { mediansOf, parsePageOptions } from '../pages';
import { formatRows, type Measured } from '../results';
import { benchDashboard, type DashboardResult } from './dashboard';

/** @throws {UsageError} if an option is not valid */
export async function measureDashboard(given: Arguments, { complain }: Output): Promise<Measured> {
  const options = parsePageOptions(given);
  const { agents, eventsPerSecond, seconds, runs } = options;
  const results = await benchDashboard({
    ...options,
    before: given.text('before'),
    onRun: (run, { variant, mainThreadShare, longestTaskMilliseconds }) => {
      const share = `${(mainThreadShare * 100).toFixed(1)} % of a core`;
      const longest = `longest task ${longestTaskMilliseconds.toFixed(0)} ms`;
      complain(`run ${run} of ${runs}, ${variant}: ${share}, ${longest}`);
    },
  });
  const medians = mediansOf(results, [
    ...(['mainThreadShare', 'longestTaskMilliseconds'] as const),
    ...(['domNodes', 'heapMegabytes'] as const),
  ]);
  const note = `Medians of ${runs} runs of ${seconds} s, ${agents.toLocaleString('en')} agents, ${eventsPerSecond} events a second`;
  return { results: medians, table: formatDashboardTable(medians), note };
}

/** Formats the results as a Markdown table. The last column compares the time of the main thread with that of `now`. */
export function formatDashboardTable(results: readonly DashboardResult[]): string {
  const ours = results.find(({ variant }) => variant === 'now');
  return formatRows(
    ['dashboard', 'main thread, % of a core', 'longest task, ms', 'DOM nodes', 'heap, MB', '× now'],
    results.map((result) => [
      result.variant,
      (result.mainThreadShare * 100).toFixed(1),
      result.longestTaskMilliseconds.toFixed(0),
      result.domNodes.toLocaleString('en'),
      result.heapMegabytes.toFixed(1),
      ours === undefined ? '' : (result.mainThreadShare / ours.mainThreadShare).toFixed(2),
    ]),
  );
}
