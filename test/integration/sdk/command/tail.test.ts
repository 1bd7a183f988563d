// The process of `tail`, as it is published, with a small server: its output, its exit codes, and its end.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { version } from '../../../../package.json';
import type { EventMessage } from '#sdk/protocol';
import { writeCommand } from '#sdk/packaging/write-command';
import { agentEvent, emptyLists } from '#test/support/data/events';
import { eventually } from '#test/support/eventually';
import { killPrograms, startProgram } from '#test/support/programs';

let directory: string;
let program: string;
let server: Server;
let sockets: WebSocketServer;
let url: string;

/** The agents of the snapshot that the server sends. */
let state: readonly EventMessage[];

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-tail-'));
  program = path.join(directory, 'command.cjs');
  await writeCommand('sdk/command/main.ts', program);
  server = createServer((_request, response) => {
    response.writeHead(401).end('{"code":"signature_invalid"}');
  });
  sockets = new WebSocketServer({
    server,
    handleProtocols: () => 'mission-control',
    verifyClient: ({ req }, answer: (isAccepted: boolean, status?: number) => void) => {
      answer(req.headers.authorization === 'Bearer valid', 401);
    },
  });
  sockets.on('connection', (socket: WebSocket) => {
    const agents = state.map(({ payload }) => payload);
    const payload = { ...emptyLists(), agents, timestamp: Date.now(), complete: true };
    socket.send(JSON.stringify({ type: 'state:snapshot', payload }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 60_000);

beforeEach(() => {
  state = [agentEvent('agent-1', 'online', 1), agentEvent('agent-2', 'error', 2)];
});
afterEach(killPrograms);
afterAll(async () => {
  for (const socket of sockets.clients) socket.terminate();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

const start = (command: string, args: readonly string[], token = 'valid') =>
  startProgram(command, args, { MISSION_CONTROL_TOKEN: token });

const tail = (...args: string[]) =>
  start(process.execPath, [program, 'tail', '--url', url, '--json', ...args]);

/** Runs the pipe of a shell, which prints the exit code of the command on stderr. */
const shell = (pipe: string) =>
  start(
    '/bin/sh',
    ['-c', `{ "$1" "$2" tail --url "$3"; echo "exit code $?" >&2; } | ${pipe}`, 'sh'].concat([
      process.execPath,
      program,
      url,
    ]),
  );

const lines = () => `${state.map((event) => JSON.stringify(event)).join('\n')}\n`;

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('prints the documented messages until %s, and ends with %i', async (signal, code) => {
  const { child, said, ended } = tail();
  await eventually(() => {
    expect(said.out).toBe(lines());
  });
  child.kill(signal);
  expect((await ended)[0]).toBe(code);
  expect(said.error).toBe(`Connected to ${url}.\n`);
});

it('ends with 0 when head has its line, while nothing more is written', async () => {
  state = state.slice(0, 1);
  const { said, ended } = shell('head -1');
  expect((await ended)[0]).toBe(0);
  expect(said.out).toMatch(/^.+ agent-1 +online\n$/);
  expect(said.error).toContain('exit code 0');
});

it('ends with 0 when head has its line, while it writes', async () => {
  state = Array.from({ length: 5_000 }, (_, index) =>
    agentEvent(`agent-${index}`, 'online', index),
  );
  const { said, ended } = shell('head -1');
  expect((await ended)[0]).toBe(0);
  expect(said.out.split('\n')).toHaveLength(2);
  expect(said.error).toContain('exit code 0');
});

it('leaves no process behind that keeps the pipe open, also after SIGKILL', async () => {
  const script = '{ "$1" "$2" tail --url "$3" & echo "pid $!" >&2; wait; } | cat';
  const { said, ended } = start('/bin/sh', ['-c', script, 'sh', process.execPath, program, url]);
  await eventually(() => {
    expect(said.out).toContain('agent-2');
    expect(said.error).toMatch(/pid \d+/);
  });
  process.kill(Number(/pid (\d+)/.exec(said.error)?.[1]), 'SIGKILL');
  expect((await ended)[0]).toBe(0);
});

it('ends with 1 if the token is refused, and says why', async () => {
  const { said, ended } = start(process.execPath, [program, 'tail', '--url', url], 'other');
  expect((await ended)[0]).toBe(1);
  expect(said).toEqual({
    out: '',
    error:
      'The server refuses the token: signature_invalid. Set MISSION_CONTROL_TOKEN to another one.\n',
  });
});

it.each([
  [[], 'The first argument must be the command tail.'],
  [['tail', 'x'], "tail takes options only. Quote a pattern: --agent 'team-a/*'."],
  [['tail', '--url', 'wss://example.com'], 'MISSION_CONTROL_TOKEN must be set to a token'],
])('ends with 2 for the arguments %j: %s', async (args, sentence) => {
  const { said, ended } = start(process.execPath, [program, ...args], '');
  expect((await ended)[0]).toBe(2);
  expect(said.out).toBe('');
  expect(said.error).toContain(sentence);
});

it('prints its version, that of the package', async () => {
  const { said, ended } = start(process.execPath, [program, '--version']);
  expect((await ended)[0]).toBe(0);
  expect(said.out).toBe(`${version}\n`);
});

it('has no colors if the output is no terminal', async () => {
  const { said, ended } = shell('head -2');
  await ended;
  expect(said.out).toContain('agent-2');
  expect(said.out).not.toContain('\u001b');
});
