// The measurement `hooks`: renders and script time of a page in Chromium.
import path from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type CDPSession } from 'playwright-core';
import type { HooksCounts, HooksLoad, HooksVariant, measured } from './page';

/** The result that `--json` prints for each variant. */
export interface HooksResult extends HooksLoad {
  readonly rendersPerSecond: number;
  readonly framesPerSecond: number;
  /** Share of a CPU core that the page's scripts used, 0 to 1. */
  readonly scriptShare: number;
}

export interface HooksBenchOptions extends Omit<HooksLoad, 'variant'> {
  readonly variants: readonly HooksVariant[];
  readonly seconds: number;
  readonly runs: number;
  /** Called after each run. */
  readonly onRun: (run: number, result: HooksResult) => void;
}

/** The path of Chromium: `CHROMIUM`, or its path in Debian. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * Measures the variants in turn, each in a new page.
 * @returns the result of each run
 * @throws Error if there is no Chromium, or a page does not show all sessions or gets too few events
 */
export async function benchHooks(options: HooksBenchOptions): Promise<readonly HooksResult[]> {
  const script = await bundlePage();
  const browser = await chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const results: HooksResult[] = [];
  try {
    for (let run = 1; run <= options.runs; run += 1) {
      for (const variant of options.variants) {
        const result = await measure(browser, script, { ...options, variant });
        options.onRun(run, result);
        results.push(result);
      }
    }
  } finally {
    await browser.close();
  }
  return results;
}

async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(__dirname, 'page.tsx')],
    globalName: 'page',
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0]?.text ?? '';
}

/** The global variable of the bundle in the page. */
declare const page: { readonly measured: typeof measured };

async function measure(
  browser: Browser,
  script: string,
  { variant, agents, eventsPerSecond, seconds }: HooksLoad & { readonly seconds: number },
): Promise<HooksResult> {
  const tab = await browser.newPage();
  try {
    await tab.addScriptTag({ content: script });
    const devTools = await tab.context().newCDPSession(tab);
    await devTools.send('Performance.enable');
    const load: HooksLoad = { variant, agents, eventsPerSecond };
    await tab.evaluate((given) => {
      page.measured.start(given);
    }, load);
    const look = async () => ({
      counts: await tab.evaluate((): HooksCounts => page.measured.counts()),
      scriptSeconds: await scriptSecondsOf(devTools),
    });
    // The first second is not measured, because V8 compiles the page's scripts.
    await tab.waitForTimeout(1_000);
    const before = await look();
    await tab.waitForTimeout(seconds * 1_000);
    const after = await look();
    const passed = (after.counts.at - before.counts.at) / 1_000;
    const heard = after.counts.events - before.counts.events;
    if (after.counts.shown !== agents || heard < passed * eventsPerSecond * 0.9) {
      throw new Error(
        `The page shows ${after.counts.shown} of ${agents} sessions, and has heard of ${heard} events in ` +
          `${passed.toFixed(1)} s: the machine is too busy to measure.`,
      );
    }
    return {
      ...load,
      rendersPerSecond: (after.counts.renders - before.counts.renders) / passed,
      framesPerSecond: (after.counts.frames - before.counts.frames) / passed,
      scriptShare: (after.scriptSeconds - before.scriptSeconds) / passed,
    };
  } finally {
    await tab.close();
  }
}

/** The script time of the page so far, in seconds. @see https://chromedevtools.github.io/devtools-protocol/tot/Performance/ */
async function scriptSecondsOf(devTools: CDPSession): Promise<number> {
  const { metrics } = await devTools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? NaN;
}
