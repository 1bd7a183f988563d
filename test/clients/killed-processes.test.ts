// Processes that keep agents alive and are killed: every dashboard sees each agent offline, once.
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { startLocalStack, type LocalStack } from '#local/index';
import { localReportScope } from '#local/issuer/issuer';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/stack/test-client';

const publisher = path.resolve(__dirname, '../../sdk/publisher/index.ts');
const agentsOfProcess = 10;

let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack();
});
afterAll(async () => {
  await TestClient.closeAll();
  await stack.close();
});

/** Starts a process that keeps ten agents alive, with the shortest interval. */
function startProcess(name: string, token: string): ChildProcess {
  const script = `
    const { createPublisher } = require(${JSON.stringify(publisher)});
    const [, name, url, token] = process.argv;
    const publisher = createPublisher({ url, getToken: () => token });
    for (let index = 0; index < ${agentsOfProcess}; index += 1)
      publisher.keepAlive(name + '-' + index, { everySeconds: 5 });
    setInterval(() => undefined, 1000);
  `;
  const given = ['--require', require.resolve('tsx/cjs'), '-e', script, name, stack.httpUrl, token];
  return spawn(process.execPath, given, { stdio: ['ignore', 'inherit', 'inherit'] });
}

/**
 * The statuses that a dashboard was sent, by agent. The next report of an agent may be sent, too, if it arrives before the first
 * has been broadcast, as on a busy machine: such repetitions of `online` are left out.
 */
function statusesOf(client: TestClient): ReadonlyMap<string, readonly string[]> {
  const statuses = new Map<string, string[]>();
  for (const { payload } of client.messagesOf('agent:status')) {
    const { agentId, status } = payload as { agentId: string; status: string };
    const before = statuses.get(agentId) ?? [];
    if (status === 'online' && before.at(-1) === 'online') continue;
    statuses.set(agentId, [...before, status]);
  }
  return statuses;
}

it('shows a hundred agents of ten killed processes as offline, on each dashboard', async () => {
  const token = await stack.mintToken({ sub: 'machine', claims: { scope: localReportScope } });
  const dashboards = await Promise.all(
    ['alice', 'bob'].map(async (sub) =>
      TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({ sub }) }),
    ),
  );
  const names = Array.from({ length: 10 }, (_, index) => `process-${index}`);
  const agents = names.flatMap((name) =>
    Array.from({ length: agentsOfProcess }, (_, index) => `${name}-${index}`),
  );
  const children = names.map((name) => startProcess(name, token));
  const areAll = (...expected: readonly string[]) => {
    const all = new Map(agents.map((agent) => [agent, expected]));
    for (const dashboard of dashboards) expect(statusesOf(dashboard)).toEqual(all);
  };
  try {
    await eventually(() => {
      areAll('online');
    }, 120_000);
    for (const child of children) child.kill('SIGKILL');
    await eventually(() => {
      areAll('online', 'offline');
    }, 120_000);
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}, 300_000);
