// The Python programs of these tests, with pinned versions, in a separate virtual environment.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const requirements = path.join(__dirname, '../deploy/requirements.txt');
const folder = path.resolve(__dirname, '../../build/deploy-python');

/** The timeout for the installation over a slow network, in milliseconds. */
export const installMilliseconds = 300_000;

/**
 * The folder of the programs in `requirements.txt`. Installs them if they are missing or the requirements have changed,
 * which needs Python 3.10 or later and a package index.
 */
export async function pythonPrograms(): Promise<string> {
  const programs = path.join(folder, 'bin');
  // Written last, so that an interrupted installation is repeated.
  const mark = path.join(folder, 'installed');
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === wanted) return programs;
  await rm(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder]);
  const options = ['--quiet', '--disable-pip-version-check', '--requirement', requirements];
  await run(path.join(programs, 'pip'), ['install', ...options]);
  await writeFile(mark, wanted);
  return programs;
}
