// Chromium for all tests of a file, and a service for each.
import type { Browser } from 'playwright-core';
import { openBrowser, openPage, type OpenPage } from './browser';
import { openQuickService, type QuickService } from './quick-service';

export interface DashboardInBrowser {
  /** The service of the current test. */
  readonly service: QuickService;
  /** Opens a blank page in a context of its own. */
  readonly openPage: () => Promise<OpenPage>;
}

/** Starts Chromium before the tests of a file, a service before each of them, and ends both. Call it outside of the tests. */
export function useDashboardInBrowser(): DashboardInBrowser {
  let browser: Browser;
  let service: QuickService;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  beforeEach(async () => {
    service = await openQuickService();
  });
  afterEach(() => service.close());
  afterAll(() => browser.close());
  return {
    get service() {
      return service;
    },
    openPage: () => openPage(browser),
  };
}
