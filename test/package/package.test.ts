// The package of the SDK: packed, checked by publint and attw, and installed into empty projects.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildPackage } from '#sdk/packaging/sdk-package';
import { pack } from '#sdk/packaging/packing';

const project = path.resolve(__dirname, '../..');
const tool = (file: string) => path.join(project, 'node_modules', file);
const name = 'mission-control-realtime';

let directory: string;
let packed: string;
let tarball: string;

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, timeout: 120_000 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`, {
      cause: error,
    });
  }
}

const npm = (args: readonly string[], cwd: string) => run('npm', args, cwd);
const node = (args: readonly string[], cwd: string) => run(process.execPath, args, cwd);

/** Creates a project with the package and the other named packages installed. */
async function createProject(
  type: 'module' | 'commonjs',
  files: Readonly<Record<string, string>>,
  ...packages: readonly string[]
): Promise<string> {
  const root = await mkdtemp(path.join(directory, 'project-'));
  await writeFile(path.join(root, 'package.json'), JSON.stringify({ private: true, type }));
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(root, file), text);
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await npm(['install', ...quiet, tarball, ...packages], root);
  return root;
}

/** Checks the types of files with strict settings. */
const checkTypes = (root: string, files: readonly string[], ...options: readonly string[]) => {
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];
  const plain = [
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--ignoreConfig',
    '--jsx',
    'react-jsx',
  ];
  return node([tool('typescript/bin/tsc'), ...strict, ...plain, ...options, ...files], root);
};

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-package-'));
  packed = path.join(directory, 'package');
  await buildPackage(packed);
  await mkdir(path.join(directory, 'tarball'));
  tarball = await pack(packed, path.join(directory, 'tarball'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

it('publint and attw report no problems', async () => {
  await node([tool('publint/src/cli.js'), packed, '--strict'], directory);
  await node(
    [tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'strict', '--no-color'],
    directory,
  );
});

it('the package has only code, declarations, licence, README and manifest', async () => {
  const listing = await npm(['pack', packed, '--dry-run', '--json', '--loglevel=error'], directory);
  const [{ files, size }] = JSON.parse(listing) as [{ files: { path: string }[]; size: number }];
  const folders =
    /^(esm|cjs)\/((client|protocol|publisher)\/([a-z-]+\/)*[a-z-]+(\.d\.ts|\.js)|package\.json)$/;
  const others = files.map((file) => file.path).filter((file) => !folders.test(file));
  const program = 'bin/mission-control-realtime.cjs';
  expect(others.sort()).toEqual(['LICENSE', 'README.md', program, 'package.json']);
  // 29 kB of it are the program, which contains `ws`. The client is in it twice, as ESM and as CommonJS.
  expect(size).toBeLessThan(136_500);
  const manifest = await readFile(path.join(packed, 'package.json'), 'utf8');
  expect(Object.keys((JSON.parse(manifest) as { dependencies: object }).dependencies)).toEqual([
    'valibot',
  ]);
});

it('npx runs the program of the package, which needs no other package', async () => {
  const root = await createProject('module', {});
  await rm(path.join(root, 'node_modules/valibot'), { recursive: true });
  const help = await run('npx', ['--no-install', name, 'tail', '--help'], root);
  expect(help).toContain('Usage: mission-control-realtime tail [options]');
  const program = await readFile(path.join(packed, 'bin/mission-control-realtime.cjs'), 'utf8');
  expect(program).toMatch(
    /^#!\/usr\/bin\/env node\n\/\*!\nContains the package "ws":\n\nCopyright /,
  );
});

it('the React binding begins with "use client"', async () => {
  for (const format of ['esm', 'cjs']) {
    const text = await readFile(path.join(packed, format, 'client/react/index.js'), 'utf8');
    expect(text).toMatch(/^"use client";/);
  }
});

it('the declarations of all entries type-check in a project without optional packages, also in themselves', async () => {
  const typed = `
    import { createMissionControl } from '${name}/client';
    import { maxMessageBytes } from '${name}/protocol';
    import { createPublisher } from '${name}/publisher';
    import { createFakeMissionControl } from '${name}/testing';
    createPublisher({ url: 'https://example.com', getToken: () => 'token' });
    console.log(createMissionControl, createFakeMissionControl, maxMessageBytes);
    // @ts-expect-error -- The options have types.
    createPublisher({ maxAttempts: '5' });`;
  const root = await createProject('module', { 'typed.ts': typed }, '@types/node@20.19.43');
  await checkTypes(root, ['typed.ts'], '--skipLibCheck', 'false', '--types', 'node');
}, 120_000);

const useClient = `
const client = createMissionControl({
  url: 'ws://localhost:3000', getToken: async () => 'token', autoConnect: false,
});
const stop = client.on('agent:status', ({ agentId, status }) => console.log(agentId, status));
stop();
const key = sessionKey('a', 'b');
console.log(client.connection.state, client.sessions.get(key), maxMessageBytes, typeof parseServerMessage);
client.close();
const fake = createFakeMissionControl();
fake.connect();
console.log(fake.connection.state);
`;
const usePublisher = `console.log(typeof broadcastAgentStatus, typeof createPublisher);`;
const said = 'idle undefined 32768 function\nconnected';

it('an ES module project runs and type-checks with the package', async () => {
  const client = `
    import { createMissionControl, sessionKey } from '${name}/client';
    import { maxMessageBytes, parseServerMessage } from '${name}/protocol';
    import { createFakeMissionControl } from '${name}/testing';
    ${useClient}`;
  const root = await createProject('module', { 'client.js': client, 'client.ts': client });
  // The package has one dependency.
  const installed = (await readdir(path.join(root, 'node_modules'))).filter(
    (one) => !one.startsWith('.'),
  );
  expect(installed.sort()).toEqual([name, 'valibot']);
  await expect(node(['client.js'], root)).resolves.toContain(said);
  await checkTypes(root, ['client.ts']);
}, 120_000);

it('a CommonJS project runs and type-checks with the package', async () => {
  const client = `
    const { createMissionControl, sessionKey } = require('${name}/client');
    const { maxMessageBytes, parseServerMessage } = require('${name}/protocol');
    const { createFakeMissionControl } = require('${name}/testing');
    ${useClient}`;
  const typed = `
    import { createMissionControl, sessionKey } from '${name}/client';
    import { maxMessageBytes, parseServerMessage } from '${name}/protocol';
    import { createFakeMissionControl } from '${name}/testing';
    import { broadcastAgentStatus, createPublisher } from '${name}/publisher';
    ${useClient}${usePublisher}`;
  const publisher = `
    const { broadcastAgentStatus, createPublisher } = require('${name}/publisher');
    ${usePublisher}`;
  const module = `
    import { broadcastAgentStatus, createPublisher } from '${name}/publisher';
    ${usePublisher}`;
  const files = {
    'client.js': client,
    'typed.ts': typed,
    'publisher.js': publisher,
    'publisher.mjs': module,
  };
  const root = await createProject(
    'commonjs',
    files,
    '@aws-sdk/client-eventbridge@3.1169.0',
    '@types/node@20.19.43',
  );
  await expect(node(['client.js'], root)).resolves.toContain(said);
  for (const file of ['publisher.js', 'publisher.mjs']) {
    await expect(node([file], root)).resolves.toContain('function function');
  }
  // The declarations of the AWS SDK need types of browser streams, too, so library declarations are not checked.
  await checkTypes(root, ['typed.ts'], '--skipLibCheck', '--types', 'node');
}, 120_000);

it('the complete samples of docs/client.md type-check in a strict TypeScript project, as they are', async () => {
  const text = await readFile(path.join(project, 'docs/client.md'), 'utf8');
  const samples = [...text.matchAll(/^```jsx?\n(.*?)^```$/gms)]
    .map(([, code = '']) => code)
    // Others use what they do not declare, or are tests in JavaScript.
    .filter((code) => /from '[a-z-]+\/(client|react)'/.test(code) && !code.includes('/testing'));
  expect(samples).toHaveLength(4);
  const files = Object.fromEntries(samples.map((code, index) => [`sample-${index}.tsx`, code]));
  const root = await createProject(
    ...(['module', files, 'react@19.3.1', 'react-dom@19.3.1'] as const),
    ...['@types/react@19.3.0', '@types/react-dom@19.3.0', '@types/node@20.19.43'],
    ...['ws@8.23.0', '@types/ws@8.18.2'],
  );
  await checkTypes(root, Object.keys(files), '--skipLibCheck', '--types', 'node');
}, 120_000);

it('a Vite project with React type-checks and bundles the client without schemas and publisher', async () => {
  const page =
    '<!doctype html><div id="root"></div><script type="module" src="/main.tsx"></script>';
  const main = `
    import { createRoot } from 'react-dom/client';
    import { MissionControlProvider, useAgents, useWebSocket } from '${name}/react';
    const Agents = () => useAgents({ sort: 'attention' }).map(({ agentId, status }) => agentId + status);
    const Simple = ({ token }: { token: string }) => String(useWebSocket(token).isConnected);
    const getToken = async () => 'token';
    createRoot(document.body).render(
      <MissionControlProvider url="ws://localhost:3000" getToken={getToken}>
        <Agents /><Simple token="token" />
      </MissionControlProvider>,
    );
`;
  const root = await createProject(
    'module',
    { 'index.html': page, 'main.tsx': main },
    ...['vite@8.3.8', 'react@19.3.1', 'react-dom@19.3.1'],
    ...['@types/react@19.3.0', '@types/react-dom@19.3.0'],
  );
  await checkTypes(root, ['main.tsx']);
  await npm(['exec', 'vite', 'build', '--', '--logLevel', 'error'], root);
  const assets = path.join(root, 'dist/assets');
  const [script] = await readdir(assets);
  const bundle = await readFile(path.join(assets, script ?? ''), 'utf8');
  expect(bundle).toContain('state:sync');
  // The bundle contains neither the publisher nor the schemas.
  expect(bundle).not.toContain('PutEvents');
  expect(bundle).not.toContain('must be the type of a documented message');
}, 120_000);
