// Runs the unchanged command-line program of docs/recipes.md in Node.js, against a small server.
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { WebSocketServer } from 'ws';
import { eventually } from '#test/support/eventually';
import { killPrograms, startProgram } from '#test/support/programs';

const project = path.resolve(__dirname, '../../..');

let directory: string;
let program: string;
let server: Server;
let sockets: WebSocketServer;
let url: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-recipe-'));
  program = path.join(directory, 'watch.mjs');
  const text = await readFile(path.join(project, 'docs/recipes.md'), 'utf8');
  const [, code = ''] = /^## A command-line program$.*?^```js\n(.*?)^```$/ms.exec(text) ?? [];
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: project },
    alias: { 'mission-control-realtime/client': path.join(project, 'sdk/client/index.ts') },
    // For `ws`, which is a CommonJS module.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  await writeFile(program, outputFiles[0]?.text ?? '');

  // `/whoami`, and handshakes: only the token "valid" is accepted. The WebSocket of Node.js 20 sends it as a subprotocol.
  const isValid = (headers: IncomingHttpHeaders) =>
    headers.authorization === 'Bearer valid' ||
    headers['sec-websocket-protocol']?.split(/, */)[1] === 'valid';
  server = createServer(({ headers }, response) => {
    response.writeHead(isValid(headers) ? 200 : 401).end('{}');
  });
  sockets = new WebSocketServer({
    server,
    handleProtocols: () => 'mission-control',
    verifyClient: (
      { req }: { readonly req: { readonly headers: IncomingHttpHeaders } },
      answer: (isAccepted: boolean, status?: number) => void,
    ) => {
      answer(isValid(req.headers), 401);
    },
  });
  const payload = { agentId: 'agent-123', status: 'online', timestamp: 1_770_328_200_000 };
  sockets.on('connection', (socket) => {
    socket.send(JSON.stringify({ type: 'agent:status', payload }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 60_000);

afterEach(killPrograms);

afterAll(async () => {
  for (const socket of sockets.clients) socket.terminate();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

/** Starts the program. Node.js 20 has a WebSocket with this option alone; later versions have none without it. */
function start(withOwnWebSocket: boolean, environment: Readonly<Record<string, string>>) {
  const option = withOwnWebSocket ? '--experimental-websocket' : '--no-experimental-websocket';
  return startProgram(process.execPath, [option, program], {
    MISSION_CONTROL_URL: url,
    ...environment,
  });
}

describe.each([
  ['ws', false],
  ['the WebSocket of Node.js', true],
])('with %s', (_, withOwnWebSocket) => {
  it('prints statuses, and ends with 0 after Ctrl+C', async () => {
    const { child, said, ended } = start(withOwnWebSocket, { TOKEN: 'valid' });
    await eventually(() => {
      expect(said.out).toBe('2026-02-05T21:50:00.000Z agent-123 online\n');
    });
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(0);
  });

  it('ends with 2 if the token is refused', async () => {
    const { said, ended } = start(withOwnWebSocket, { TOKEN: 'other' });
    expect((await ended)[0]).toBe(2);
    expect([said.out, said.error]).toEqual([
      '',
      expect.stringContaining('The server refuses the token.\n'),
    ]);
  });

  it('ends with 1 if there is no token', async () => {
    const { said, ended } = start(withOwnWebSocket, { TOKEN: '' });
    expect((await ended)[0]).toBe(1);
    expect(said.error).toContain('TOKEN is missing: the token of a user.');
  });

  it('ends with 1 if there is no server', async () => {
    const { said, ended } = start(withOwnWebSocket, {
      ...{ TOKEN: 'valid', ATTEMPTS: '1', MISSION_CONTROL_URL: 'ws://127.0.0.1:1' },
    });
    expect((await ended)[0]).toBe(1);
    expect(said.error).toContain('The server cannot be reached.\n');
  });
});
