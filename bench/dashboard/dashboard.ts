// The measurement `dashboard`: what the dashboard costs in Chromium, this one and that of another checkout.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { bundleDashboard, type DashboardFile } from '#dashboard/bundle';
import { countersOf, measurePages, type PageOptions } from '../pages';
import { openDashboardService, type DashboardLoad } from './service';

/** The result that `--json` prints for each dashboard. */
export interface DashboardResult extends DashboardLoad {
  /** `now`: this checkout; `before`: the other one. */
  readonly variant: 'now' | 'before';
  /** Share of a CPU core that the tasks of the page's main thread took, 0 to 1. */
  readonly mainThreadShare: number;
  /** Elapsed time of the longest task since the page was opened, in milliseconds; 0 if none took more than 50 ms. */
  readonly longestTaskMilliseconds: number;
  readonly domNodes: number;
  /** The JavaScript heap after a garbage collection. */
  readonly heapMegabytes: number;
}

export interface DashboardBenchOptions extends PageOptions {
  /** The folder of another checkout with its dependencies; undefined: only this one is measured. */
  readonly before: string | undefined;
  /** Called after each run. */
  readonly onRun: (run: number, result: DashboardResult) => void;
}

/**
 * Measures the dashboards in turn, each in a new page.
 * @returns the result of each run
 * @throws Error if there is no Chromium, or the machine is too busy
 */
export async function benchDashboard(
  options: DashboardBenchOptions,
): Promise<readonly DashboardResult[]> {
  const variants: [DashboardResult['variant'], readonly DashboardFile[]][] = [
    ['now', await bundleDashboard()],
  ];
  if (options.before !== undefined) {
    variants.unshift(['before', await bundleOf(options.before)]);
  }
  return measurePages(
    { runs: options.runs, variants },
    async (browser, [variant, files]) => ({ variant, ...(await measure(browser, files, options)) }),
    options.onRun,
  );
}

async function bundleOf(checkout: string): Promise<readonly DashboardFile[]> {
  const file = path.resolve(checkout, 'dashboard/bundle.ts');
  const { bundleDashboard: bundle } = (await import(pathToFileURL(file).href)) as {
    bundleDashboard: typeof bundleDashboard;
  };
  return bundle();
}

async function measure(
  browser: Browser,
  files: readonly DashboardFile[],
  { agents, eventsPerSecond, seconds }: DashboardBenchOptions,
): Promise<Omit<DashboardResult, 'variant'>> {
  const load = { agents, eventsPerSecond };
  const service = await openDashboardService(files, load);
  const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  try {
    await observeLongTasks(tab);
    const devTools = await tab.context().newCDPSession(tab);
    await devTools.send('Performance.enable');
    await tab.goto(service.pageUrl);
    await tab.getByText('Connected').first().waitFor();
    service.start();
    // The first seconds are not measured, because V8 compiles the page's scripts.
    await tab.waitForTimeout(3_000);
    const [before, beforeAt, sentBefore] = [await countersOf(devTools), now(), service.sent()];
    await tab.waitForTimeout(seconds * 1_000);
    const [after, passed] = [await countersOf(devTools), (now() - beforeAt) / 1_000];
    if (service.sent() - sentBefore < passed * eventsPerSecond * 0.9) {
      throw new Error('Too few events were sent: the machine is too busy to measure.');
    }
    const longest = await longestTaskOf(tab);
    await devTools.send('HeapProfiler.collectGarbage');
    const { JSHeapUsedSize = NaN } = await countersOf(devTools);
    return {
      ...load,
      mainThreadShare: ((after.TaskDuration ?? NaN) - (before.TaskDuration ?? NaN)) / passed,
      longestTaskMilliseconds: longest,
      domNodes: await tab.evaluate(() => document.querySelectorAll('*').length),
      heapMegabytes: JSHeapUsedSize / 2 ** 20,
    };
  } finally {
    await tab.close();
    await service.close();
  }
}

const now = () => performance.now();

/** Lets a page that is still blank note its tasks over 50 ms. @see https://developer.mozilla.org/docs/Web/API/PerformanceLongTaskTiming */
async function observeLongTasks(tab: Page): Promise<void> {
  await tab.addInitScript(() => {
    const noted = globalThis as unknown as { longestTask: number };
    noted.longestTask = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        noted.longestTask = Math.max(noted.longestTask, duration);
      }
    }).observe({ type: 'longtask', buffered: true });
  });
}

function longestTaskOf(tab: Page): Promise<number> {
  return tab.evaluate(() => (globalThis as unknown as { longestTask: number }).longestTask);
}
