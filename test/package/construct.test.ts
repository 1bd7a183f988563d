// The construct's package, installed into an empty CDK app, which synthesizes it with a front door.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildConstructPackage } from '#infra/build/construct-package';

const project = path.resolve(__dirname, '../..');
const name = 'mission-control-realtime-construct';
const run = promisify(execFile);

let directory: string;
let packed: string;
let app: string;

/** The first TypeScript example of a document. */
const typescriptOf = (markdown: string) => /```ts\n([^]*?)```/.exec(markdown)?.[1] ?? '';

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-construct-'));
  await run('npm', ['run', '--silent', 'build:dashboard'], { cwd: project });
  packed = path.join(directory, 'package');
  await buildConstructPackage(packed);
  const { stdout } = await run('npm', ['pack', packed, '--json', '--loglevel=error'], {
    cwd: directory,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  app = path.join(directory, 'app');
  await mkdir(app);
  await writeFile(path.join(app, 'package.json'), JSON.stringify({ private: true }));
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const tarball = path.join(directory, filename);
  // The peer dependencies have 200 MB, so they are linked from this project instead of installed.
  await run('npm', ['install', '--legacy-peer-deps', ...quiet, tarball], { cwd: app });
  for (const peer of ['aws-cdk-lib', 'constructs']) {
    await symlink(path.join(project, 'node_modules', peer), path.join(app, 'node_modules', peer));
  }
}, 120_000);

afterAll(() => rm(directory, { recursive: true, force: true }));

it('the package has the functions and the dashboard, and no build tools as dependencies', async () => {
  expect((await readdir(path.join(packed, 'build/lambdas'))).length).toBeGreaterThan(8);
  expect(await readdir(path.join(packed, 'build/dashboard'))).toContain('index.html');
  const manifest = JSON.parse(await readFile(path.join(packed, 'package.json'), 'utf8')) as {
    dependencies: object;
    peerDependencies: object;
  };
  expect(Object.keys(manifest.dependencies)).toEqual(['valibot']);
  expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
  const installed = (await readdir(path.join(app, 'node_modules'))).filter(
    (one) => !one.startsWith('.'),
  );
  expect(installed.sort()).toEqual(['aws-cdk-lib', 'constructs', name, 'valibot']);
});

it('the package has only code, declarations, pages, licence, README and manifest', async () => {
  const files = await readdir(packed, { recursive: true, withFileTypes: true });
  const names = files.filter((file) => file.isFile()).map(({ name }) => name);
  const others = names.filter((file) => !/\.(js|d\.ts|mjs|mjs\.map|html|css)$/.test(file));
  expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
});

it('an ES module imports the construct by name', async () => {
  const names = '{ MissionControlRealtime, ConfigurationError }';
  const program = `import ${names} from '${name}'; console.log(MissionControlRealtime.name);`;
  await writeFile(path.join(app, 'module.mjs'), program);
  const { stdout } = await run(process.execPath, ['module.mjs'], { cwd: app });
  expect(stdout.trim()).toBe('MissionControlRealtime');
}, 60_000);

it('an app synthesizes the construct, with the bundles of the functions and the page of the dashboard', async () => {
  await writeFile(
    path.join(app, 'app.js'),
    `const { App, Stack } = require('aws-cdk-lib');
    const { MissionControlRealtime } = require('${name}');
    const app = new App({ outdir: 'out', analyticsReporting: false });
    const stack = new Stack(app, 'Agents', { env: { region: 'us-east-1' } });
    new MissionControlRealtime(stack, 'Realtime', {
      identityProvider: { kind: 'cognito-new' }, frontDoor: true,
    });
    app.synth();`,
  );
  await run(process.execPath, ['app.js'], { cwd: app });
  const template = await readFile(path.join(app, 'out/Agents.template.json'), 'utf8');
  const { Resources } = JSON.parse(template) as {
    Resources: Record<string, { Type: string; Metadata?: Record<string, string> }>;
  };
  const types = Object.values(Resources).map(({ Type }) => Type);
  // Ten functions of the service, and the one that uploads the dashboard to its bucket.
  expect(types.filter((type) => type === 'AWS::Lambda::Function')).toHaveLength(11);
  expect(types).toContain('AWS::CloudFront::Distribution');
  const assets = (await readdir(path.join(app, 'out'))).filter((file) => file.startsWith('asset.'));
  const contents = await Promise.all(
    assets.map((asset) => readdir(path.join(app, 'out', asset)).catch((): string[] => [])),
  );
  expect(contents.filter((files) => files.includes('index.mjs'))).toHaveLength(10);
  expect(contents.filter((files) => files.includes('index.html'))).toHaveLength(1);
}, 120_000);

it('the example of the documentation type-checks with the package', async () => {
  const example = typescriptOf(await readFile(path.join(project, 'docs/construct.md'), 'utf8'));
  expect(example).toContain(`from '${name}'`);
  await writeFile(path.join(app, 'example.ts'), example);
  await cp(
    path.join(project, 'node_modules/@types/node'),
    path.join(app, 'node_modules/@types/node'),
    {
      recursive: true,
    },
  );
  const tsc = path.join(project, 'node_modules/typescript/bin/tsc');
  const strict = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext'];
  await run(
    process.execPath,
    [tsc, ...strict, '--target', 'es2022', '--ignoreConfig', 'example.ts'],
    {
      cwd: app,
    },
  );
}, 120_000);
