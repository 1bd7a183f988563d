// Opens Chromium, and pages that record their errors.
import {
  chromium,
  type Browser,
  type BrowserContext,
  type LaunchOptions,
  type Page,
} from 'playwright-core';

/** `CHROMIUM`, or the path on Debian. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export function openBrowser(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    ...options,
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

export interface OpenPage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Uncaught errors, violations of the Content-Security-Policy, and errors on the console. */
  readonly complaints: readonly string[];
}

/** A blank page in its own context. */
export async function openPage(browser: Browser): Promise<OpenPage> {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The browser itself logs failed requests, which some tests cause on purpose.
    const isOurs = !/WebSocket connection to|Failed to load resource/.test(message.text());
    if (message.type() === 'error' && isOurs) complaints.push(message.text());
  });
  return { context, page, complaints };
}

/**
 * Waits until a page that is opened next has received its first snapshot. What is reported before may come in it, and is then
 * no news.
 */
export async function firstSnapshot(page: Page): Promise<void> {
  const timeout = 20_000;
  const socket = await page.waitForEvent('websocket', { timeout });
  await socket.waitForEvent('framereceived', {
    timeout,
    predicate: ({ payload }) => String(payload).includes('"complete":true'),
  });
}
