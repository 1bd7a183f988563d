// The measurement `hooks`: renders and script time of a page in Chromium.
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { countersOf, measurePages, type PageOptions } from '../pages';
import type { HooksCounts, HooksLoad, HooksVariant, measured } from './page';

/** The result that `--json` prints for each variant. */
export interface HooksResult extends HooksLoad {
  readonly rendersPerSecond: number;
  readonly framesPerSecond: number;
  /** Share of a CPU core that the page's scripts used, 0 to 1. */
  readonly scriptShare: number;
}

export interface HooksBenchOptions extends PageOptions {
  readonly variants: readonly HooksVariant[];
  /** Called after each run. */
  readonly onRun: (run: number, result: HooksResult) => void;
}

/**
 * Measures the variants in turn, each in a new page.
 * @returns the result of each run
 * @throws Error if there is no Chromium, or a page does not show all sessions or gets too few events
 */
export async function benchHooks(options: HooksBenchOptions): Promise<readonly HooksResult[]> {
  const script = await bundlePage();
  return measurePages(
    options,
    (browser, variant) => measure(browser, script, { ...options, variant }),
    options.onRun,
  );
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
      scriptSeconds: (await countersOf(devTools)).ScriptDuration ?? NaN,
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
