// A page with a client enters the back/forward cache of Chromium, and is connected when it is restored.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import type { MissionControl } from '#sdk/client';
import { openBrowser, openPage } from '../support/browser/browser';
import { openQuickService, type QuickService } from '../support/browser/quick-service';
import { agentEvent } from '../support/data/events';
import { eventually } from '../support/eventually';

let browser: Browser;
let service: QuickService;
let server: Server;

/** Returns the script of a page that exposes its client. */
async function scriptFor(url: string): Promise<string> {
  const options = `{ url: ${JSON.stringify(url)}, getToken: () => 'any.token.will-do' }`;
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createMissionControl } from './index'; globalThis.client = createMissionControl(${options});`,
      resolveDir: path.resolve(__dirname, '../../sdk/client'),
    },
    bundle: true,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

beforeAll(async () => {
  // Playwright switches the cache off, because it could not intercept the requests of restored pages.
  const ignoreDefaultArgs = ['--disable-back-forward-cache'];
  [browser, service] = await Promise.all([openBrowser({ ignoreDefaultArgs }), openQuickService()]);
  const script = await scriptFor(service.pageUrl.replace('http', 'ws'));
  // Not the dashboard: its response has `Cache-Control: no-store`, with which Chromium caches no page that has used a WebSocket.
  server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end(`<script>${script}</script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await browser.close();
  await service.close();
  server.close();
});

it('closes its connection when the user leaves, and gets what it has missed when the user comes back', async () => {
  const { page, complaints } = await openPage(browser);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const connection = () =>
    page.evaluate(() => {
      const { client } = globalThis as unknown as { client: MissionControl };
      const { state, isSynced } = client.connection;
      return [state, isSynced, [...client.agents.keys()]];
    });
  const isConnected = (...agents: string[]) =>
    eventually(async () => {
      expect(await connection()).toEqual(['connected', true, agents]);
    });
  await isConnected();
  await page.evaluate(() => {
    addEventListener('pageshow', ({ persisted }) => {
      Object.assign(globalThis, { isRestored: persisted });
    });
  });
  await page.goto('about:blank');
  await eventually(() => {
    expect(service.connections()).toBe(0);
  });
  await service.report(agentEvent('agent-1', 'error', 1));
  await page.goBack({ waitUntil: 'commit' });
  await isConnected('agent-1');
  // A page that was loaded again would not have this property.
  expect(await page.evaluate(() => Reflect.get(globalThis, 'isRestored') as unknown)).toBe(true);
  expect(service.connections()).toBe(1);
  expect(complaints).toEqual([]);
});
