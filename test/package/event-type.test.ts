// A new event type needs one file and one line of registration: a copy of the project with both supports it from publisher
// to documents.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const project = path.resolve(__dirname, '../..');
const fixture = path.join(project, 'test/fixtures/agent-metric');
const typeFile = 'sdk/protocol/event-types/agent-metric.ts';
const registration = 'sdk/protocol/event-types/index.ts';
const line = "export { agentMetric } from './agent-metric';";
const sources = ['infra', 'lambdas', 'sdk', 'local', 'dashboard', 'docs/generator', 'cost'];
const files = ['package.json', 'tsconfig.json', 'cdk.json'];

let tree: string;

/** Runs Node.js; returns the exit code and the output. */
async function node(...args: string[]): Promise<{ code: number; output: string; stdout: string }> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: tree });
    return { code: 0, output: stdout, stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: `${stdout}${stderr}`, stdout };
  }
}

/** @param only what to check. Default: everything */
async function checkTypes(only?: string) {
  const files = only === undefined ? {} : { include: [], files: [only] };
  const settings = { extends: './tsconfig.json', ...files };
  await writeFile(path.join(tree, 'tsconfig.checked.json'), JSON.stringify(settings));
  const { code, output } = await node(
    'node_modules/typescript/bin/tsc',
    ...['--noEmit', '--incremental', 'false', '--project', 'tsconfig.checked.json'],
  );
  return [code, output];
}

// It takes a minute on a busy machine.
const timeout = 240_000;
const use = `
import { createMissionControl } from '#sdk/client';

export const metrics = createMissionControl({ url: '', getToken: () => '' }).metrics;
`;

beforeAll(async () => {
  tree = await mkdtemp(path.join(os.tmpdir(), 'mission-control-event-type-'));
  for (const name of [...sources, ...files]) {
    await cp(path.join(project, name), path.join(tree, name), { recursive: true });
  }
  await symlink(path.join(project, 'node_modules'), path.join(tree, 'node_modules'));
  await cp(path.join(fixture, 'whole-way.ts'), path.join(tree, 'test/whole-way.ts'));
  await cp(path.join(fixture, 'agent-metric.ts'), path.join(tree, typeFile));
  const text = await readFile(path.join(tree, registration), 'utf8');
  await writeFile(path.join(tree, registration), text.replace('export', `${line}\nexport`));
});

afterAll(() => rm(tree, { recursive: true, force: true }));

it(
  'the project with the new event type passes type checking',
  async () => {
    await expect(checkTypes()).resolves.toEqual([0, '']);
  },
  timeout,
);

it(
  'the new event type is supported by publisher, clients, registers, snapshots, components and documents',
  async () => {
    const { code, output, stdout } = await node('--import', 'tsx', 'test/whole-way.ts');
    expect([code, code === 0 ? '' : output]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({
      live: {
        type: 'agent:metric',
        current: { agentId: 'agent-1', name: 'cpu', value: 0.5, timestamp: 0 },
        source: 'live',
      },
      heard: expect.arrayContaining([
        ['agent-1', 'cpu', 0.5],
        ['agent-1', 'memory', 10],
        ['agent-2', 'cpu', 9],
        ['agent-1', 'cpu', 0.75],
        ['agent-1', 'memory', 11],
      ]) as unknown,
      value: 0.75,
      emit: {
        exitCode: 0,
        printed: ['agent:metric agent-1 cpu is on the event bus mission-control.'],
      },
      missed: { source: 'snapshot', previous: 0.5 },
      told: ['["agent-1","cpu"]', '["agent-1","memory"]', '["agent-2","cpu"]'],
      shown: ['cpu 0.75, memory 10', 'memory 11, cpu 0.75'],
      documents: [
        'docs/schemas/messages/agent-metric.json',
        'docs/schemas/events/agent-metric.json',
      ],
      asyncApi: 4,
      snapshot: [
        'metrics',
        'agents',
        'sessions',
        'timestamp',
        'complete',
        'heartbeatSeconds',
        'lifetimeSeconds',
        'visibleAgents',
      ],
    });
  },
  timeout,
);

it(
  'without the file or the line, code that uses the event type fails type checking',
  async () => {
    await writeFile(path.join(tree, 'use.ts'), use);
    await expect(checkTypes('use.ts')).resolves.toEqual([0, '']);
    await rm(path.join(tree, typeFile));
    await expect(checkTypes('use.ts')).resolves.toEqual([
      2,
      expect.stringContaining("Cannot find module './agent-metric'"),
    ]);
    await cp(path.join(project, registration), path.join(tree, registration));
    await expect(checkTypes('use.ts')).resolves.toEqual([
      2,
      expect.stringContaining("Property 'metrics' does not exist on type 'MissionControl'"),
    ]);
  },
  timeout,
);
