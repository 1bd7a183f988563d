// Stops the clock of a page, so that its timers run only when a test says so.
import type { Page } from 'playwright-core';
import { eventually } from '../eventually';

/** Pauses the clock, which `page.clock.install` has installed, at a time within the next second. */
export async function pauseClock(page: Page): Promise<void> {
  // Playwright refuses a time that has passed when the page gets it, as on a busy machine.
  await eventually(() => page.clock.pauseAt(Date.now() + 1_000));
}
