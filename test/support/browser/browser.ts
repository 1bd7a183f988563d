// Chromium, and pages of it that tell what went wrong in them.
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** `CHROMIUM`, or where Debian puts it. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

export interface OpenPage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained about: uncaught errors, refusals of its own policy, and errors on its console. */
  readonly complaints: readonly string[];
}

/** A page in a context of its own, not opened yet. */
export async function openPage(browser: Browser): Promise<OpenPage> {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A handshake that fails is told by the browser itself, and is what some tests are about.
    const isOurs = !/WebSocket connection to|Failed to load resource/.test(message.text());
    if (message.type() === 'error' && isOurs) complaints.push(message.text());
  });
  return { context, page, complaints };
}
