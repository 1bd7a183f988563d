// What the measurements of pages share: their options, and Chromium.
import { chromium, type Browser, type CDPSession } from 'playwright-core';
import type { Arguments } from '#sdk/command/arguments';
import { medianNumber } from './results';

/** The options of a measurement of pages. */
export interface PageOptions {
  readonly agents: number;
  readonly eventsPerSecond: number;
  /** How long each page is measured. */
  readonly seconds: number;
  /** How many runs the median is of. */
  readonly runs: number;
}

/** @throws {UsageError} if an option is not valid */
export function parsePageOptions(given: Arguments): PageOptions {
  return {
    agents: given.wholeNumber('agents', 1, 100_000) ?? 2_000,
    eventsPerSecond: given.wholeNumber('events-per-second', 1, 10_000) ?? 200,
    seconds: given.wholeNumber('seconds', 1, 3_600) ?? 10,
    runs: given.wholeNumber('runs', 1, 100) ?? 3,
  };
}

/** The path of Chromium: `CHROMIUM`, or its path in Debian. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * Starts Chromium, and measures the variants in turn, once in each run.
 * @param measure opens a page, and closes it after the measurement
 * @param onRun called after each measurement
 * @returns the result of each measurement
 * @throws Error if there is no Chromium
 */
export async function measurePages<Variant, Result>(
  { runs, variants }: { readonly runs: number; readonly variants: readonly Variant[] },
  measure: (browser: Browser, variant: Variant) => Promise<Result>,
  onRun: (run: number, result: Result) => void,
): Promise<readonly Result[]> {
  const browser = await chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const results: Result[] = [];
  try {
    for (let run = 1; run <= runs; run += 1) {
      for (const variant of variants) {
        const result = await measure(browser, variant);
        onRun(run, result);
        results.push(result);
      }
    }
  } finally {
    await browser.close();
  }
  return results;
}

/** The counters of a page. @see https://chromedevtools.github.io/devtools-protocol/tot/Performance/ */
export async function countersOf(
  devTools: CDPSession,
): Promise<
  Readonly<Partial<Record<'ScriptDuration' | 'TaskDuration' | 'JSHeapUsedSize', number>>>
> {
  const { metrics } = await devTools.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

/** One result for each variant: the medians of these numbers over its runs. */
export function mediansOf<
  Name extends string,
  Result extends { readonly variant: string } & Readonly<Record<Name, number>>,
>(results: readonly Result[], names: readonly Name[]): readonly Result[] {
  return [...new Set(results.map(({ variant }) => variant))].map((variant) => {
    const runs = results.filter((result) => result.variant === variant);
    const medians = names.map((name) => [name, medianNumber(runs.map((run) => run[name]))]);
    return { ...runs[0], ...Object.fromEntries(medians) } as Result;
  });
}
