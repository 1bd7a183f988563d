// The bundles that are deployed: the same source gives the same bytes, and each starts with the settings of the template.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { bundleFunctions } from '#infra/build/bundle';
import { resourcesOf, synthesize } from './synthesized';

const project = path.resolve(__dirname, '../..');
const bundles = path.join(project, 'build', 'lambdas');
const functions = readdirSync(path.join(project, 'lambdas')).filter((folder) =>
  existsSync(path.join(project, 'lambdas', folder, 'index.ts')),
);
// A test run bundles the functions once for all files: see test/support/jest/bundle-once.ts.
if (process.env['MISSION_CONTROL_BUNDLED'] !== 'true') bundleFunctions();

const run = promisify(execFile);

/** Loads a bundle in a new process, as a cold start does. */
async function coldStart(name: string, environment: Record<string, string>) {
  const program = `const { handler } = await import(process.argv[1]); console.log(typeof handler); process.exit()`;
  const { stdout } = await run(
    process.execPath,
    ['--input-type=module', '--eval', program, path.join(bundles, name, 'index.mjs')],
    { env: { AWS_REGION: 'eu-central-1', ...environment } },
  );
  return stdout.trim();
}

// No server listens at this address: tests send no requests to a real issuer.
const { template } = synthesize({
  ...{ issuer: 'http://127.0.0.1:9', useMockData: true },
  ...{ reportScope: 'mission-control/report', reportAudience: 'machines,others' },
});

it('every function of the template has a bundle', () => {
  const names = resourcesOf(template, 'AWS::Lambda::Function').map(({ properties }) =>
    String(properties['FunctionName']).replace('mission-control-', ''),
  );
  expect(names.sort()).toEqual([...functions].sort());
});

it.each(functions)('%s starts with the settings of the template', async (name) => {
  const [found] = resourcesOf(template, 'AWS::Lambda::Function', {
    FunctionName: `mission-control-${name}`,
  });
  const { Variables } = found?.properties['Environment'] as { Variables: Record<string, string> };
  const resolved = Object.entries(Variables).map(([key, value]) => {
    return [key, value.replaceAll(/\$\{[^}]+\}/g, 'resolved')] as const;
  });
  await expect(coldStart(name, Object.fromEntries(resolved))).resolves.toBe('function');
});

it('a bundle is one file and its source map, without paths of the machine that built it or source text', () => {
  for (const name of functions) {
    const folder = path.join(bundles, name);
    expect(readdirSync(folder).sort()).toEqual(['index.mjs', 'index.mjs.map']);
    for (const file of readdirSync(folder)) {
      const text = readFileSync(path.join(folder, file), 'utf8');
      expect(text.includes(project)).toBe(false);
    }
    const map = readFileSync(path.join(folder, 'index.mjs.map'), 'utf8');
    expect(map).toContain(`lambdas/${name}/index.ts`);
    expect(map).not.toContain('sourcesContent');
  }
});

it('bundling again changes no file, so an unchanged function is not deployed again', () => {
  const state = () =>
    functions.map((name) => {
      const file = path.join(bundles, name, 'index.mjs');
      return { text: readFileSync(file, 'utf8'), changed: statSync(file).mtimeMs };
    });
  const before = state();
  bundleFunctions();
  expect(state()).toEqual(before);
});

/** The greatest size of each bundle, in kilobytes of 1,000 bytes: a cold start reads and compiles all of it. */
const kilobytes: Readonly<Record<string, number>> = {
  ...{
    authorizer: 92,
    connect: 315,
    disconnect: 272,
    'disconnect-user': 342,
    health: 274,
    whoami: 300,
  },
  ...{
    'mock-agents': 284,
    report: 386,
    default: 540,
    broadcast: 576,
    deliver: 570,
    heartbeat: 570,
  },
};

it.each(functions)('the bundle of %s is no larger than its limit', (name) => {
  const { size } = statSync(path.join(bundles, name, 'index.mjs'));
  expect(size).toBeLessThanOrEqual((kilobytes[name] ?? 0) * 1_000);
});

it('only functions that post or fan out contain undici', () => {
  const containing = functions.filter((name) =>
    readFileSync(path.join(bundles, name, 'index.mjs.map'), 'utf8').includes('/undici/'),
  );
  expect(containing).toEqual(['broadcast', 'default', 'deliver', 'heartbeat']);
});

it('no function contains a credential provider of the AWS SDK', () => {
  for (const name of functions) {
    const map = readFileSync(path.join(bundles, name, 'index.mjs.map'), 'utf8');
    expect(map).not.toMatch(/credential-provider-|nested-clients/);
  }
});
