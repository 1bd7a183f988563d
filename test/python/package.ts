// Builds the Python package as it is published, and installs it in an environment without any other package.
import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { createEnvironment, pythonPrograms } from '../support/python-environment';

const run = promisify(execFile);
const project = path.resolve(__dirname, '../..');

/** The source of the package. */
export const packageFolder = path.join(project, 'sdk/python');

/** The environment of a program that does not leave files in the source. */
export const cleanEnvironment = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };

/**
 * Builds the source distribution, and from it the wheel.
 * @returns the paths of both
 */
export async function buildDistributions(): Promise<{ wheel: string; source: string }> {
  const folder = path.join(project, 'build/python-package');
  await rm(folder, { recursive: true, force: true });
  const python = path.join(await pythonPrograms('python'), 'python');
  await run(python, ['-m', 'build', '--no-isolation', '--outdir', folder, packageFolder]);
  const files = await readdir(folder);
  const found = (ending: string) =>
    path.join(folder, files.find((file) => file.endsWith(ending)) ?? `no ${ending}`);
  return { wheel: found('.whl'), source: found('.tar.gz') };
}

/** Installs the wheel, and nothing from a package index, in a new environment. Returns the path of its Python. */
export async function installAlone(wheel: string, name: string): Promise<string> {
  const folder = path.join(project, 'build', name);
  await createEnvironment(folder);
  const options = ['--quiet', '--disable-pip-version-check', '--no-index'];
  await run(path.join(folder, 'bin/pip'), ['install', ...options, wheel]);
  return path.join(folder, 'bin/python');
}
