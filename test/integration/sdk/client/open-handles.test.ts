// After its client is closed, a program ends by itself, whatever the server does: no open handle is left.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { WebSocketServer } from 'ws';

const project = path.resolve(__dirname, '../../../..');

/** Closes its client in a given state, and prints how long the process ran after that. */
const program = `
  import { WebSocket as ws } from 'ws';
  import { createMissionControl } from './sdk/client';
  const [url, state, whose] = process.argv.slice(2);
  const WebSocket = whose === 'ws' ? ws : undefined;
  const claims = btoa(JSON.stringify({ exp: Date.now() / 1000 + 3600 }));
  const client = createMissionControl({ url, getToken: () => 'head.' + claims + '.sign', WebSocket });
  const closeIn = (milliseconds) => setTimeout(() => {
    client.close();
    const at = Date.now();
    process.on('exit', () => console.log(client.connection.state, Date.now() - at));
  }, milliseconds);
  if (state === 'connecting') closeIn(300);
  // Only once: a client can enter the state "waiting" twice within 100 ms.
  else {
    const stop = client.on('connection', (connection) => {
      if (connection.state !== state) return;
      stop();
      closeIn(100);
    });
  }
`;

let directory: string;
let bundle: string;
const closers: (() => void)[] = [];

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-handles-'));
  bundle = path.join(directory, 'program.cjs');
  await build({
    stdin: { contents: program, resolveDir: project, loader: 'ts' },
    bundle: true,
    platform: 'node',
    outfile: bundle,
    logLevel: 'error',
  });
});

afterAll(async () => {
  for (const close of closers) close();
  await rm(directory, { recursive: true, force: true });
});

/** Starts a TCP server that passes its sockets to `accept`, and returns its port. */
async function listen(accept: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    accept(socket);
  });
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}

const answer = (statusLine: string, ...headers: string[]) =>
  [`HTTP/1.1 ${statusLine}`, ...headers, '', ''].join('\r\n');

const servers: Record<string, () => Promise<number>> = {
  async 'a server'() {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    closers.push(() => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    return (server.address() as net.AddressInfo).port;
  },
  'a server that freezes after the handshake': () =>
    listen((socket) => {
      socket.once('data', (request) => {
        const [, key] = /sec-websocket-key: (.*)\r/i.exec(request.toString()) ?? [];
        const hash = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
        socket.write(
          answer(
            '101 Switching Protocols',
            'Upgrade: websocket',
            'Connection: Upgrade',
            `Sec-WebSocket-Accept: ${hash.digest('base64')}`,
            'Sec-WebSocket-Protocol: mission-control',
          ),
        );
      });
    }),
  'a server that never answers a handshake': () => listen((socket) => socket.resume()),
  'a server that refuses': () =>
    listen((socket) => {
      socket.once('data', () => socket.end(answer('401 Unauthorized', 'Content-Length: 0')));
    }),
  'a server that fails': () =>
    listen((socket) => {
      socket.once('data', () => socket.end(answer('500 Oops', 'Content-Length: 0')));
    }),
  async 'no server'() {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  },
};

const cases = [
  ['connected', 'a server'],
  ['connected', 'a server that freezes after the handshake'],
  ['connecting', 'a server that never answers a handshake'],
  ['waiting', 'a server that fails'],
  ['unauthorized', 'a server that refuses'],
  ['waiting', 'no server'],
] as const;

/** Runs the program with the WebSocket of `ws` or of Node.js, and returns its output. */
async function run(whose: string, state: string, name: string): Promise<string> {
  const port = await servers[name]?.();
  const args = [bundle, `ws://127.0.0.1:${String(port)}`, state, whose];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 25_000 });
  return stdout;
}

it.each([
  ['of the package ws', 'ws', cases],
  // It cannot terminate a connection to a frozen server, as docs/client.md states.
  ['of Node.js', 'node', cases.filter(([, name]) => !name.includes('freezes'))],
] as const)('ends after its client is closed, with the WebSocket %s', async (_of, whose, all) => {
  // Node.js 20 has none.
  if (whose === 'node' && !('WebSocket' in globalThis)) return;
  // In parallel, because the programs mostly wait.
  const said = await Promise.all(all.map(([state, name]) => run(whose, state, name)));
  for (const [index, text] of said.entries()) {
    const when = all[index]?.join(', with ');
    expect(`${when}: ${text}`).toMatch(/: closed \d+\n$/);
    // `ws` is given 2 s for a frozen server; timers for backoff, heartbeats and rotation would take much longer.
    const milliseconds = Number(/\d+/.exec(text)?.[0]);
    expect(milliseconds).toBeLessThan(10_000);
  }
});
