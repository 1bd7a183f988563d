// Measures the tasks of a page's main thread, in elapsed time and in processor time.
import type { Browser, Page } from 'playwright-core';

export interface LongTasks {
  /** Milliseconds of elapsed time of each task over 50 ms, as the page itself observed them. */
  readonly wallMs: readonly number[];
  /** Milliseconds of processor time of the longest task. */
  readonly longestCpuMs: number;
  /** The number of tasks, of any length. */
  readonly count: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Starts to observe a page that is still blank. Returns a function that stops, and returns the result. */
export async function observeLongTasks(
  browser: Browser,
  page: Page,
): Promise<() => Promise<LongTasks>> {
  await page.addInitScript(() => {
    const wallMs: number[] = [];
    Object.assign(globalThis, { longTasks: wallMs });
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) wallMs.push(duration);
    });
    observer.observe({ type: 'longtask', buffered: true });
  });
  await browser.startTracing(page, { categories: ['toplevel'] });
  return async () => {
    const wallMs = await page.evaluate(
      () => (globalThis as unknown as { longTasks: number[] }).longTasks,
    );
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
      traceEvents: TraceEvent[];
    };
    const threadOf = ({ pid, tid }: TraceEvent) => `${pid}:${tid}`;
    const mainThreads = new Set(
      traceEvents.filter(({ args }) => args.name === 'CrRendererMain').map(threadOf),
    );
    const cpuMs: number[] = [];
    for (const event of traceEvents) {
      // A task that is running when the trace ends has no duration.
      const isTask = event.name.endsWith('RunTask') && event.tdur !== undefined;
      if (isTask && mainThreads.has(threadOf(event))) cpuMs.push(event.tdur / 1000);
    }
    return { wallMs, longestCpuMs: Math.max(...cpuMs), count: cpuMs.length };
  };
}
