// Runs the unchanged samples of the documentation in a page or in Node.js, against a small server.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { JSDOM, type DOMWindow } from 'jsdom';
import { WebSocketServer } from 'ws';
import { eventually } from '#test/support/eventually';

const project = path.resolve(__dirname, '../../..');
const token = 'the.token';

interface Sample {
  readonly title: string;
  readonly language: string;
  readonly code: string;
}

/** Samples that import the client or its React binding. Other samples are incomplete, or tests. */
async function samplesOf(file: string): Promise<Sample[]> {
  const text = await readFile(path.join(project, file), 'utf8');
  return [...text.matchAll(/^```(jsx?)\n(.*?)^```$/gms)].flatMap(([, language = '', code = '']) => {
    const [, entry] = /from 'mission-control-realtime\/(client|react)'/.exec(code) ?? [];
    const isTest = code.includes("'mission-control-realtime/testing'");
    return entry === undefined || isTest ? [] : [{ title: `${file}: ${entry}`, language, code }];
  });
}

let server: WebSocketServer;
let url: string;
let directory: string;
/** The tokens of the handshakes, in the form in which they were sent. */
let tokens: (string | undefined)[];

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-samples-'));
  const handleProtocols = () => 'mission-control';
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols });
  await new Promise((resolve) => server.once('listening', resolve));
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const payload = { agentId: 'agent-123', timestamp: 1_770_328_200_000 };
  const activity = { ...payload, sessionId: 'session-456', lastMessage: 'User said: Hello' };
  server.on('connection', (socket, { headers }) => {
    const [, offered] = headers['sec-websocket-protocol']?.split(/, */) ?? [];
    tokens.push(headers.authorization ?? offered);
    // A newer timestamp for each connection, because clients ignore stale events.
    const timestamp = payload.timestamp + tokens.length;
    for (const frame of [
      { type: 'session:activity', payload: { ...activity, timestamp } },
      { type: 'agent:status', payload: { ...payload, status: 'online', timestamp } },
      { type: 'agent:status', payload: { agentId: 'agent-9', status: 'error', timestamp } },
    ]) {
      socket.send(JSON.stringify(frame));
    }
  });
});

beforeEach(() => {
  tokens = [];
});

afterAll(async () => {
  for (const socket of server.clients) socket.terminate();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

const bundle = async (code: string, platform: 'browser' | 'node') => {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: project, loader: 'jsx' },
    alias: Object.fromEntries(
      Object.entries({ client: 'index.ts', react: 'react/index.ts' }).map(([entry, file]) => [
        `mission-control-realtime/${entry}`,
        path.join(project, 'sdk/client', file),
      ]),
    ),
    bundle: true,
    platform,
    format: platform === 'node' ? 'cjs' : 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  });
  // The documented address is the address of the local stack.
  return (outputFiles[0]?.text ?? '').replaceAll('ws://localhost:3000', url);
};

/** Runs a sample in a page, and renders the component if it exports one. Checks the console and the text of the page. */
async function runInPage({ code }: Sample): Promise<void> {
  const [, component] = /export function (\w+)/.exec(code) ?? [];
  const shown =
    component === undefined
      ? code
      : `import { createRoot } from 'react-dom/client';
         ${code}
         createRoot(document.body).render(<${component} token="${token}" />);`;
  const { window } = new JSDOM('<body></body>', {
    url: 'http://localhost/',
    runScripts: 'outside-only',
  });
  const said: string[] = [];
  const text = () => `${said.join('\n')}\n${window.document.body.textContent}`;
  Object.assign(window, {
    fetch: (path: string) =>
      path === '/token'
        ? Promise.resolve({ ok: true, text: () => Promise.resolve(token) })
        : Promise.reject(new TypeError(`There is nothing at ${path}.`)),
    console: { log: (...all: unknown[]) => said.push(all.join(' ')), error: console.error },
  });
  try {
    window.eval(await bundle(shown, 'browser'));
    await eventually(() => {
      expect(text()).toMatch(code.includes('storeOf') ? /agent-9/ : /agent-123.*online/s);
    });
    expect(tokens).toEqual([token]);
    if (code.includes('session:activity')) expect(text()).toContain('User said: Hello');
    if (code.includes("client.on('connection'")) await goBack(window, text);
  } finally {
    window.close();
  }
}

/** Leaves the page and navigates "Back" to it: it must be connected and receive messages. */
async function goBack({ window }: DOMWindow, text: () => string): Promise<void> {
  expect([...server.clients]).toHaveLength(1);
  window.dispatchEvent(new window.PageTransitionEvent('pagehide', { persisted: true }));
  await eventually(() => {
    expect([...server.clients]).toHaveLength(0);
  });
  expect(text().match(/agent-123 is now online/g)).toHaveLength(1);
  window.dispatchEvent(new window.PageTransitionEvent('pageshow', { persisted: true }));
  await eventually(() => {
    expect(text().match(/agent-123 is now online/g)).toHaveLength(2);
  });
}

async function runInNode({ code }: Sample): Promise<void> {
  const file = path.join(directory, 'sample.cjs');
  await writeFile(file, await bundle(code, 'node'));
  const environment = { env: { ...process.env, TOKEN: token }, timeout: 20_000 };
  const { stdout } = await promisify(execFile)(process.execPath, [file], environment);
  expect(stdout).toMatch(/agent-123.*online/);
  expect(tokens).toEqual([`Bearer ${token}`]);
}

it.each([
  ['README.md', ['client', 'react'], 10],
  ['sdk/README.md', ['client', 'react'], undefined],
  ['docs/client.md', ['client', 'react', 'client', 'client'], undefined],
])('runs the samples of %s', async (file, entries, lines) => {
  const samples = await samplesOf(file);
  expect(samples.map(({ title }) => title)).toEqual(entries.map((entry) => `${file}: ${entry}`));
  for (const sample of samples) {
    tokens.length = 0;
    if (sample.code.includes("from 'ws'")) await runInNode(sample);
    else await runInPage(sample);
    const written = sample.code.split('\n').filter((line) => line !== '');
    if (lines !== undefined) expect(written.length).toBeLessThanOrEqual(lines);
  }
});
