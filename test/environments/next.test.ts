// The recipe of Next.js, unchanged, in an application that is built and started: its page on the server and in Chromium.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { startLocalStack, type LocalStack } from '#local/index';
import { Disposables } from '#local/support/disposables';
import { createPublisher, type Publisher } from '#sdk/publisher';
import { openBrowser, openPage } from '../support/browser/browser';
import { eventually } from '../support/eventually';
import { readRecipes } from '../support/recipes';
import { connectionRecords } from '../support/stack/connection-records';
import { createProjects, installMilliseconds } from './projects';

let stack: LocalStack;
let publisher: Publisher;
let browser: Browser;
const disposables = new Disposables();
/** What the server of Next.js has printed. */
let log = '';
let url = '';

/** A page that uses a hook as it must not be used. */
const wrongPage = `
import { useAgents } from 'mission-control-realtime/react';
export const dynamic = 'force-dynamic';
export default function Page() {
  return <p>{useAgents().length}</p>;
}
`;
const layout = `
export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
`;

/** Writes the application into the folder of its project. */
async function writeApplication(project: string): Promise<void> {
  const [agents = '', page = '', token = ''] = (await readRecipes()).get('Next.js') ?? [];
  const files = {
    'app/agents.jsx': agents,
    'app/page.jsx': page,
    'app/token/route.js': token,
    'app/layout.jsx': layout,
    'app/wrong/page.jsx': wrongPage,
    // Otherwise Next.js takes the folder of another lock file for that of the application: the project's.
    'next.config.js': 'export default { turbopack: { root: import.meta.dirname } };',
  };
  for (const folder of ['app', '.next']) {
    await rm(path.join(project, folder), { recursive: true, force: true });
  }
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(project, file)), { recursive: true });
    await writeFile(path.join(project, file), text);
  }
}

beforeAll(async () => {
  const packages = ['next@16.4.6', 'react@19.3.1', 'react-dom@19.3.1'];
  stack = disposables.use(await startLocalStack());
  publisher = disposables.use(createPublisher({ clientConfiguration: stack.clientConfiguration }));
  const { next: project } = await createProjects({ next: packages });
  await writeApplication(project);
  // Not the environment of Jest.
  const { PATH, HOME, TMPDIR } = process.env;
  const env = {
    ...{ PATH, HOME, TMPDIR, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' },
    MISSION_CONTROL_URL: stack.webSocketUrl,
    TOKEN_URL: `${stack.httpUrl}/token`,
  };
  const program = path.join(project, 'node_modules/next/dist/bin/next');
  await promisify(execFile)(process.execPath, [program, 'build'], { cwd: project, env });
  const args = [program, 'start', '--hostname', '127.0.0.1', '--port', '0'];
  const next = spawn(process.execPath, args, {
    cwd: project,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(next, 'exit');
  disposables.add(() => {
    next.kill();
    return ended;
  });
  for (const stream of [next.stdout, next.stderr]) {
    stream.on('data', (data: Buffer) => {
      log += data.toString();
    });
  }
  await eventually(() => {
    expect(log).toContain('Ready in');
  });
  [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(log) ?? [];
  // It is closed first: the server of Next.js ends when all sockets are closed, and a browser may open one without a request.
  browser = disposables.use(await openBrowser());
}, installMilliseconds);

afterAll(() => disposables.dispose());

it('renders the page without agents on the server', async () => {
  await publisher.broadcastAgentStatus('agent-1', 'online');
  const html = await (await fetch(url)).text();
  expect(html).toContain('<p>Loading agents</p>');
  expect(html).not.toContain('agent-1');
});

it('hydrates the page in the browser, and shows agents there as they report', async () => {
  const { page, complaints } = await openPage(browser);
  await page.goto(url);
  const shows = (text: string) => page.getByText(text, { exact: true }).waitFor();
  await shows('agent-1 is online');
  await publisher.broadcastAgentStatus('agent-2', 'error');
  await shows('agent-2 is error');
  expect((await connectionRecords(stack)).size).toBe(1);
  await page.goto('about:blank');
  await eventually(async () => {
    expect((await connectionRecords(stack)).size).toBe(0);
  });
  expect(complaints).toEqual([]);
});

it('says that a server component must not call a hook', async () => {
  expect((await fetch(`${url}/wrong`)).status).toBe(500);
  await eventually(() => {
    expect(log).toContain('Attempted to call useAgents() from the server');
  });
});
