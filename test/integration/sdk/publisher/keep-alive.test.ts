// Agents that a process keeps alive, when a signal ends the process.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';

interface Reported {
  readonly payload: { readonly agentId: string; readonly status: string };
}

const publisher = path.resolve(__dirname, '../../../../sdk/publisher/index.ts');

const reported: string[] = [];
const children: ChildProcess[] = [];
let origin: string;
const server = createServer((request, response) => {
  void text(request).then((body) => {
    const events = [JSON.parse(body) as Reported | Reported[]].flat();
    reported.push(...events.map(({ payload: { agentId, status } }) => `${agentId} ${status}`));
    response.writeHead(202).end(JSON.stringify({ accepted: events.length }));
  });
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => (reported.length = 0));
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Starts a process with two publishers, each of which keeps an agent alive, and waits for their first reports. */
async function start({ before = '', after = '' } = {}) {
  const script = `
    const { createPublisher } = require(${JSON.stringify(publisher)});
    ${before}
    const options = { url: ${JSON.stringify(origin)}, getToken: () => 'token' };
    const publishers = [createPublisher(options), createPublisher(options)];
    publishers.forEach((one, index) => one.keepAlive('agent-' + index, { everySeconds: 60 }));
    setInterval(() => undefined, 1000);
    ${after}
    Promise.all(publishers.map((one) => one.flush())).then(() => process.stdout.write('ready'));
  `;
  const child = spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const next = async () => String((await once(child.stdout, 'data'))[0]);
  expect(await next()).toBe('ready');
  expect(reported.toSorted()).toEqual(['agent-0 online', 'agent-1 online']);
  reported.length = 0;
  return { child, next, exit: once(child, 'exit') };
}

it.each(['SIGTERM', 'SIGINT'] as const)(
  'are reported as offline at %s, which ends the process after that, whatever the number of publishers',
  async (signal) => {
    const { child, exit } = await start();
    child.kill(signal);
    expect(await exit).toEqual([null, signal]);
    expect(reported.toSorted()).toEqual(['agent-0 offline', 'agent-1 offline']);
  },
);

it.each(['before', 'after'] as const)(
  'are left to an application that has added a listener of the signal %s them',
  async (order) => {
    const listen = `process.once('SIGTERM', () => {
      process.stdout.write('stopping');
      setTimeout(() => Promise.all(publishers.map((one) => one.close())).then(() => process.exit(3)), 200);
    });`;
    const { child, next, exit } = await start({ [order]: listen });
    child.kill('SIGTERM');
    expect(await next()).toBe('stopping');
    expect(await exit).toEqual([3, null]);
    expect(reported.toSorted()).toEqual(['agent-0 offline', 'agent-1 offline']);
  },
);
