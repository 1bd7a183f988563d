// Parses the command line of `dashboard`, and runs the measurement.
import type { Arguments } from '#local/commands/arguments';
import type { Output } from '#local/commands/command';
import { formatRows, medianNumber, type Measured } from '../results';
import { benchDashboard, type DashboardResult } from './dashboard';

/** @throws {UsageError} if an option is not valid */
export async function measureDashboard(given: Arguments, { complain }: Output): Promise<Measured> {
  const agents = given.wholeNumber('agents', 1, 100_000) ?? 2_000;
  const eventsPerSecond = given.wholeNumber('events-per-second', 1, 10_000) ?? 200;
  const seconds = given.wholeNumber('seconds', 1, 3_600) ?? 10;
  const runs = given.wholeNumber('runs', 1, 100) ?? 3;
  const before = given.text('before');
  const results = await benchDashboard({
    ...{ agents, eventsPerSecond, seconds, runs, before },
    onRun: (run, { variant, mainThreadShare, longestTaskMilliseconds }) => {
      const share = `${(mainThreadShare * 100).toFixed(1)} % of a core`;
      const longest = `longest task ${longestTaskMilliseconds.toFixed(0)} ms`;
      complain(`run ${run} of ${runs}, ${variant}: ${share}, ${longest}`);
    },
  });
  const variants = before === undefined ? (['now'] as const) : (['before', 'now'] as const);
  const medians = variants.map((variant) =>
    medianOf(results.filter((result) => result.variant === variant)),
  );
  const note = `Medians of ${runs} runs of ${seconds} s, ${agents.toLocaleString('en')} agents, ${eventsPerSecond} events a second`;
  return { results: medians, table: formatDashboardTable(medians), note };
}

/** The median of each number over runs of the same dashboard. */
function medianOf(runs: readonly DashboardResult[]): DashboardResult {
  const [first] = runs;
  if (first === undefined) throw new Error('There must be a run.');
  const of = (number: (run: DashboardResult) => number) => medianNumber(runs.map(number));
  return {
    ...first,
    mainThreadShare: of((run) => run.mainThreadShare),
    longestTaskMilliseconds: of((run) => run.longestTaskMilliseconds),
    domNodes: of((run) => run.domNodes),
    heapMegabytes: of((run) => run.heapMegabytes),
  };
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
