// Python programs of tests, with pinned versions, in virtual environments of their own.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const project = path.resolve(__dirname, '../..');

/** The timeout for the installation over a slow network, in milliseconds. */
export const installMilliseconds = 300_000;

/**
 * The folder of the programs of a suite: those of its `requirements.txt`. Installs them below `build/` if they are missing or
 * the requirements have changed, which needs a package index.
 * @param suite the folder of the suite below `test/`, e.g. `deploy`
 * @throws if Python 3.10 or later is missing
 */
export async function pythonPrograms(suite: string): Promise<string> {
  const requirements = path.join(project, 'test', suite, 'requirements.txt');
  const folder = path.join(project, 'build', `${suite}-python`);
  const programs = path.join(folder, 'bin');
  // Written last, so that an interrupted installation is repeated.
  const mark = path.join(folder, 'installed');
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === wanted) return programs;
  await createEnvironment(folder);
  const options = ['--quiet', '--disable-pip-version-check', '--requirement', requirements];
  await run(path.join(programs, 'pip'), ['install', ...options]);
  await writeFile(mark, wanted);
  return programs;
}

/**
 * Creates an environment with pip and nothing else, in place of one that is there.
 * @throws if Python 3.10 or later, or its module `venv`, is missing
 */
export async function createEnvironment(folder: string): Promise<void> {
  const needs = 'This suite needs Python 3.10 or later as python3, with its module venv';
  const check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';
  await run('python3', ['-c', check]).catch((cause: unknown) => {
    throw new Error(`${needs}; see Test in CONTRIBUTING.md.`, { cause });
  });
  await rm(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder]);
}
