// `npm run build:screenshots`: takes the screenshots of docs/dashboard.md, of the dashboard of a local stack in Chromium.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page, type WebSocket } from 'playwright-core';
import { startLocalStack, type LocalStack } from '#local/index';
import { parseArguments, UsageError } from '#sdk/command/arguments';
import { runAsProcess, withSentences, type Command } from '#sdk/command/command';
import type { EventMessage } from '#sdk/protocol';
import { readPng, writePalettePng } from './palette-png';
import { eventsBefore, eventsOf, minutesOpen } from './story';
import { phone, views, wide, type Look } from './views';

const help = `Takes the screenshots of docs/dashboard.md: docs/images/dashboard-*.png. Takes about a minute.

Usage: npm run build:screenshots

  --help

Environment:

  CHROMIUM   the path of Chromium   default: /usr/bin/chromium`;

const folder = path.resolve(__dirname, '../images');
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const command: Command = withSentences(async (args, { print }) => {
  const given = parseArguments(args, { help: 'flag' });
  if (given.positionals.length > 0) throw new UsageError('build:screenshots takes no arguments.');
  if (given.flag('help')) {
    print(help);
    return 0;
  }
  const stack = await startLocalStack();
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox'] });
  const save = async (page: Page, name: string) => {
    const file = path.join(folder, `dashboard-${name}.png`);
    writeFileSync(file, writePalettePng(readPng(await page.screenshot())));
    print(path.relative(process.cwd(), file));
  };
  try {
    await photographTokenForm(browser, stack, save);
    await photographViews(await openForAnHour(browser, stack), save);
  } finally {
    await browser.close();
    await stack.close();
  }
  return 0;
});

type Save = (page: Page, name: string) => Promise<void>;

/** The page as it is with a configuration that asks the user for a token. */
async function photographTokenForm(browser: Browser, { httpUrl }: LocalStack, save: Save) {
  const page = await openPage(browser);
  await page.route('**/config.json', (route) =>
    route.fulfill({ json: { token: { kind: 'paste' } } }),
  );
  await page.goto(httpUrl);
  await page.getByLabel('Token').waitFor();
  await save(page, 'token');
  await page.context().close();
}

/** Opens a page whose clock has run for an hour, during which agents have reported. */
async function openForAnHour(browser: Browser, stack: LocalStack): Promise<Page> {
  const now = Date.now();
  const report = await createReporter(stack);
  await report(eventsBefore(now));
  const page = await openPage(browser);
  await page.clock.install({ time: now - minutesOpen * 60_000 });
  const opened = page.waitForEvent('websocket');
  await page.goto(stack.httpUrl);
  const socket = await opened;
  await page.locator('.row').first().waitFor();
  for (let minute = 0; minute <= minutesOpen; minute += 1) {
    if (minute > 0) await page.clock.fastForward(60_000);
    const events = eventsOf(minute, now);
    // The page counts an event in the minute in which it arrives.
    await Promise.all([...events.map((event) => arrival(socket, event)), report(events)]);
  }
  return page;
}

function arrival(socket: WebSocket, { payload: { agentId, timestamp } }: EventMessage) {
  return socket.waitForEvent('framereceived', {
    predicate: ({ payload }) =>
      [JSON.stringify(agentId), String(timestamp)].every((text) => String(payload).includes(text)),
  });
}

/** Returns a function that reports events as a backend. */
async function createReporter({ mintToken, reportUrl }: LocalStack) {
  const token = await mintToken({ claims: { scope: 'mission-control/report' } });
  return async (events: readonly EventMessage[]) => {
    const answer = await fetch(reportUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    if (answer.status !== 202) throw new Error(`POST /events: ${await answer.text()}`);
  };
}

async function photographViews(page: Page, save: Save): Promise<void> {
  const url = new URL(page.url());
  for (const { name, fragment, looks, shows, prepare, leave } of views) {
    for (const look of looks) {
      await setLook(page, look);
      await page.goto(new URL(fragment, url).href);
      await page.locator(shows).first().waitFor();
      await prepare?.(page);
      await page.mouse.move(0, 0);
      await save(page, looks.length === 1 ? name : `${name}-${look}`);
      await leave?.(page);
    }
  }
}

async function setLook(page: Page, look: Look): Promise<void> {
  await page.setViewportSize(look === 'phone' ? phone : wide);
  await page.emulateMedia({ colorScheme: look === 'dark' ? 'dark' : 'light' });
}

async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: wide });
  return context.newPage();
}

if (require.main === module) void runAsProcess(command);
