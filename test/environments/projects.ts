// Projects of users below build/environments: each has the package of `npm run build`, and its own versions of other packages.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { buildPackage } from '#sdk/packaging/sdk-package';
import { pack } from '#sdk/packaging/packing';

/** Where projects and versions of Node.js are installed. */
const installed = path.resolve(__dirname, '../../build');
const name = 'mission-control-realtime';

/** The timeout of an installation over a slow network, in milliseconds. */
export const installMilliseconds = 300_000;

const npm = (...args: readonly string[]) =>
  promisify(execFile)('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    timeout: installMilliseconds,
  });

/**
 * Installs the package and others into projects.
 * @param projects for each project, by its name, the packages with their exact versions
 * @returns the folder of each project
 */
export async function createProjects<Name extends string>(
  projects: Readonly<Record<Name, readonly string[]>>,
): Promise<Readonly<Record<Name, string>>> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-environments-'));
  try {
    await buildPackage(path.join(directory, 'package'));
    const tarball = await pack(path.join(directory, 'package'), directory);
    const folders = Object.entries<readonly string[]>(projects).map(async ([one, packages]) => {
      const folder = path.join(installed, 'environments', one);
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, 'package.json'), '{"private":true,"type":"module"}');
      // The lock of an earlier run names the tarball of that run.
      await rm(path.join(folder, 'package-lock.json'), { force: true });
      await npm('install', '--prefix', folder, '--prefer-offline', tarball, ...packages);
      return [one, folder] as const;
    });
    return Object.fromEntries(await Promise.all(folders)) as Record<Name, string>;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Returns the path of `node` of this version. If it is missing, installs it where `.ci/run` does. */
export async function installNode(version: string): Promise<string> {
  const folder = path.join(installed, `node-${version}`);
  const node = path.join(folder, 'node_modules/node/bin/node');
  if (!existsSync(node)) await npm('install', '--prefix', folder, `node@${version}`);
  return node;
}

/** The entries of the package by the module names of their sources, which the programs import for their types. */
const entries: Readonly<Record<string, string>> = {
  '#sdk/client': `${name}/client`,
  '#sdk/client/react/index': `${name}/react`,
};

/**
 * Bundles a program for browsers, with the packages of a project.
 * @param program the name of a file in programs/
 * @returns the text of the bundle
 */
export async function bundle(program: string, project: string): Promise<string> {
  const fromProject: Plugin = {
    name: 'packages-of-the-project',
    setup(bundler) {
      bundler.onResolve({ filter: /^[^./]/ }, ({ path: module, importer, kind, pluginData }) =>
        pluginData === project || importer.includes('node_modules') || kind === 'entry-point'
          ? undefined
          : bundler.resolve(entries[module] ?? module, {
              ...{ kind, importer, resolveDir: project, pluginData: project },
            }),
      );
    },
  };
  return output({
    program,
    plugins: [fromProject],
    define: { 'process.env.NODE_ENV': '"development"' },
  });
}

/**
 * Bundles a program for Node.js, into the folder of a project whose packages it imports.
 * @returns the path of the bundle
 */
export async function bundleForNode(program: string, project: string): Promise<string> {
  const asPackage: Plugin = {
    name: 'packages-are-imported',
    setup(bundler) {
      bundler.onResolve({ filter: /^[^./]/ }, ({ path: module, kind }) =>
        kind === 'entry-point' ? undefined : { path: entries[module] ?? module, external: true },
      );
    },
  };
  const file = path.join(project, `${path.parse(program).name}.mjs`);
  await writeFile(file, await output({ program, plugins: [asPackage], format: 'esm' }));
  return file;
}

async function output({
  program,
  ...options
}: {
  readonly program: string;
  readonly plugins: Plugin[];
  readonly format?: 'esm';
  readonly define?: Record<string, string>;
}): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [path.join(__dirname, 'programs', program)],
    bundle: true,
    write: false,
    format: options.format ?? 'iife',
    jsx: 'automatic',
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
