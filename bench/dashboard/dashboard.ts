// The measurement `dashboard`: what the dashboard costs in Chromium, this one and that of another checkout.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { bundleDashboard, type DashboardFile } from '#dashboard/bundle';
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

export interface DashboardBenchOptions extends DashboardLoad {
  /** The folder of another checkout with its dependencies; undefined: only this one is measured. */
  readonly before: string | undefined;
  readonly seconds: number;
  readonly runs: number;
  /** Called after each run. */
  readonly onRun: (run: number, result: DashboardResult) => void;
}

/** The path of Chromium: `CHROMIUM`, or its path in Debian. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * Measures the dashboards in turn, each in a new page.
 * @returns the result of each run
 * @throws Error if there is no Chromium, or the machine is too busy
 */
export async function benchDashboard(
  options: DashboardBenchOptions,
): Promise<readonly DashboardResult[]> {
  const dashboards: [DashboardResult['variant'], readonly DashboardFile[]][] = [
    ['now', await bundleDashboard()],
  ];
  if (options.before !== undefined) {
    dashboards.unshift(['before', await bundleOf(options.before)]);
  }
  const browser = await chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const results: DashboardResult[] = [];
  try {
    for (let run = 1; run <= options.runs; run += 1) {
      for (const [variant, files] of dashboards) {
        const result = { variant, ...(await measure(browser, files, options)) };
        options.onRun(run, result);
        results.push(result);
      }
    }
  } finally {
    await browser.close();
  }
  return results;
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
    const [before, beforeAt, sentBefore] = [await metricsOf(devTools), now(), service.sent()];
    await tab.waitForTimeout(seconds * 1_000);
    const [after, passed] = [await metricsOf(devTools), (now() - beforeAt) / 1_000];
    if (service.sent() - sentBefore < passed * eventsPerSecond * 0.9) {
      throw new Error('Too few events were sent: the machine is too busy to measure.');
    }
    const longest = await longestTaskOf(tab);
    await devTools.send('HeapProfiler.collectGarbage');
    const { JSHeapUsedSize = NaN } = await metricsOf(devTools);
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

/** The counters of the page. @see https://chromedevtools.github.io/devtools-protocol/tot/Performance/ */
async function metricsOf(
  devTools: CDPSession,
): Promise<{ readonly TaskDuration?: number; readonly JSHeapUsedSize?: number }> {
  const { metrics } = await devTools.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}
