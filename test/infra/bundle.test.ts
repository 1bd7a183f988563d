// The bundles that are deployed: the same source gives the same bytes, and each starts with the settings of the template.
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { bundleFunction, bundleFunctions } from '#infra/build/bundle';
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

/** The modules of a bundle, by name. */
function modulesOf(name: string): ReadonlyMap<string, string> {
  const folder = path.join(bundles, name);
  const files = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
  return new Map(files.map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
}

/** The modules that are loaded with a module: those that it imports, and does not load when it needs them. */
function loadedWith(name: string, module = 'index.mjs', found = new Set<string>()): Set<string> {
  found.add(module);
  const text = modulesOf(name).get(module) ?? '';
  for (const [, imported = ''] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) {
    if (!found.has(imported)) loadedWith(name, imported, found);
  }
  return found;
}

it('a bundle is modules and their source maps, without paths of the machine that built it or source text', () => {
  for (const name of functions) {
    const folder = path.join(bundles, name);
    const modules = [...modulesOf(name).keys()];
    expect(modules).toContain('index.mjs');
    expect(readdirSync(folder).sort()).toEqual(
      modules.flatMap((file) => [file, `${file}.map`]).sort(),
    );
    for (const file of readdirSync(folder)) {
      const text = readFileSync(path.join(folder, file), 'utf8');
      expect(text.includes(project)).toBe(false);
      expect(text).not.toContain('sourcesContent');
    }
    const map = readFileSync(path.join(folder, 'index.mjs.map'), 'utf8');
    expect(map).toContain(`lambdas/${name}/index.ts`);
  }
});

it('every module of a bundle is imported by another one', () => {
  for (const name of functions) {
    const modules = modulesOf(name);
    const texts = [...modules.values()].join('\n');
    for (const file of modules.keys()) {
      if (file !== 'index.mjs') expect(texts).toContain(`"./${file}"`);
    }
  }
});

it('bundling again changes no file, so an unchanged function is not deployed again', () => {
  const state = () =>
    functions.flatMap((name) =>
      readdirSync(path.join(bundles, name)).map((file) => {
        const { mtimeMs: changed } = statSync(path.join(bundles, name, file));
        return { name, file, changed };
      }),
    );
  const before = state();
  bundleFunctions();
  expect(state()).toEqual(before);
});

it('bundling removes files of before', () => {
  // Not in the folder of the bundles, which other tests read meanwhile.
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mission-control-bundle-'));
  try {
    writeFileSync(path.join(folder, 'chunk-OF-BEFORE.mjs'), '');
    bundleFunction('health', folder);
    const files = readdirSync(folder);
    expect(files).toContain('index.mjs');
    expect(files).not.toContain('chunk-OF-BEFORE.mjs');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/**
 * The greatest sizes of each bundle, in kilobytes of 1,000 bytes: of what a cold start reads and compiles, and of all modules. The
 * others have the AWS SDK, which is loaded when it is needed.
 */
const kilobytes: Readonly<Record<string, readonly [loaded: number, all: number]>> = {
  authorizer: [54, 54],
  connect: [49, 290],
  disconnect: [39, 250],
  'disconnect-user': [48, 317],
  health: [41, 252],
  whoami: [68, 279],
  report: [84, 353],
  'mock-agents': [43, 253],
  default: [108, 348],
  broadcast: [114, 382],
  deliver: [107, 375],
  heartbeat: [106, 374],
};

it.each(functions)(
  'what %s loads, and its whole bundle, are no larger than their limits',
  (name) => {
    const modules = modulesOf(name);
    const sizeOf = (files: Iterable<string>) =>
      [...files].reduce((sum, file) => sum + Buffer.byteLength(modules.get(file) ?? ''), 0);
    const [loaded = 0, all = 0] = kilobytes[name] ?? [];
    expect(sizeOf(loadedWith(name))).toBeLessThanOrEqual(loaded * 1_000);
    expect(sizeOf(modules.keys())).toBeLessThanOrEqual(all * 1_000);
  },
);

it('no function loads a client of the AWS SDK at a cold start', () => {
  for (const name of functions) {
    for (const file of loadedWith(name)) {
      const map = readFileSync(path.join(bundles, name, `${file}.map`), 'utf8');
      expect({ name, client: /@aws-sdk\/client-[a-z]+/.exec(map)?.[0] }).toEqual({ name });
    }
  }
});

it('no function contains a credential provider of the AWS SDK', () => {
  for (const name of functions) {
    expect(mapsOf(name)).not.toMatch(/credential-provider-|nested-clients/);
  }
});

function mapsOf(name: string): string {
  const folder = path.join(bundles, name);
  const files = readdirSync(folder).filter((file) => file.endsWith('.map'));
  return files.map((file) => readFileSync(path.join(folder, file), 'utf8')).join('\n');
}
