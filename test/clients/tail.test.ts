// `npm run tail`, and the program of the installed package, against the local stack, which is restarted meanwhile.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startLocalStack, type LocalStack } from '#local/index';
import { createPublisher } from '#sdk/publisher';
import { pack } from '#sdk/packaging/packing';
import { buildPackage } from '#sdk/packaging/sdk-package';
import type { AgentStatus } from '#sdk/protocol';
import { eventually } from '../support/eventually';

const project = path.resolve(__dirname, '../..');

let directory: string;
let stack: LocalStack;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-tail-'));
  stack = await startLocalStack();
});

let running: ChildProcess | undefined;

afterAll(async () => {
  running?.kill('SIGKILL');
  await stack.close();
  await rm(directory, { recursive: true, force: true });
});

/** Starts a command without a token of its own. */
function start(command: string, args: readonly string[]) {
  const child = spawn(command, args, {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', MISSION_CONTROL_TOKEN: '' },
  });
  running = child;
  const said = { out: '', error: '' };
  child.stdout.on('data', (data: Buffer) => (said.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said.error += data.toString()));
  return { child, said, ended: once(child, 'close') as Promise<[code: number | null]> };
}

/** Installs the package into an empty project, and returns the path of its program. */
async function install(): Promise<string> {
  await buildPackage(path.join(directory, 'package'));
  const tarball = await pack(path.join(directory, 'package'), directory);
  const app = path.join(directory, 'app');
  await mkdir(app);
  await writeFile(path.join(app, 'package.json'), '{"private":true}');
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await promisify(execFile)('npm', ['install', ...quiet, tarball], { cwd: app });
  return path.join(app, 'node_modules/.bin/mission-control-realtime');
}

/** Reports each of these agents with a status, and returns what is to be printed, e.g. `agent-1 online`. */
async function report(agents: readonly string[], status: AgentStatus['status']) {
  const publisher = createPublisher({
    eventBusName: 'mission-control',
    clientConfiguration: stack.clientConfiguration,
  });
  await Promise.all(agents.map((agentId) => publisher.broadcastAgentStatus(agentId, status)));
  await publisher.close();
  return agents.map((agentId) => `${agentId} ${status}`);
}

it('npm run tail prints the state with a token of the stack, and ends with head', async () => {
  await report(['team-a/1', 'team-b/1'], 'online');
  const npm = `npm run --silent tail -- --url ${stack.webSocketUrl} --agent 'team-b/*' | head -1`;
  const { said, ended } = start('/bin/sh', ['-c', npm]);
  expect((await ended)[0]).toBe(0);
  expect(said.out).toMatch(/^\d\d:\d\d:\d\d {2}team-b\/1 +online\n$/);
  expect(said.error).toBe(`Connected to ${stack.webSocketUrl}.\n`);
});

it('the installed program prints each state once, and misses none, before, during and after a restart of the stack', async () => {
  const program = await install();
  const { webSocketUrl } = stack;
  const { child, said, ended } = start(program, [
    ...['tail', '--json', '--url', webSocketUrl, '--agent', 'c/*', '--agent=d/1'],
  ]);
  await eventually(() => {
    expect(said.error).toContain('Connected');
  });
  const agents = Array.from({ length: 20 }, (_, index) => `c/${index}`);
  const printed = () =>
    said.out
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const { type, payload } = JSON.parse(line) as { type: string; payload: AgentStatus };
        expect(type).toBe('agent:status');
        return `${payload.agentId} ${payload.status}`;
      });
  const expected = await report(agents, 'online');
  await eventually(() => {
    expect(printed()).toHaveLength(20);
  });

  await stack.close();
  // Another process may use the port for a moment.
  await eventually(async () => {
    stack = await startLocalStack({ port: Number(new URL(webSocketUrl).port) });
  });
  // Some are reported before the command has connected again, and some while it does.
  for (const agentId of [...agents, 'd/1']) expected.push(...(await report([agentId], 'error')));
  await eventually(() => {
    expect(printed().sort()).toEqual(expected.sort());
  }, 60_000);
  expected.push(...(await report(agents, 'offline')));
  await eventually(() => {
    expect(printed().sort()).toEqual(expected.sort());
  });
  expect(said.error).toMatch(
    /^Connected .+\n(Reconnecting to ws:\S+ in \d+ s: .+\.\n)+Connected .+\n$/,
  );
  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(143);
}, 180_000);
