// The Python package: what it contains, its own tests against the installed wheel, its types and its style.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { validEvents } from '#docs/generator/vectors/valid-events';
import { linesOf } from '#docs/generator/vectors/vectors';
import { version } from '../../package.json';
import { installMilliseconds, pythonPrograms } from '../support/python-environment';
import { buildDistributions, cleanEnvironment, installAlone, packageFolder } from './package';

const run = promisify(execFile);
const build = path.resolve(__dirname, '../../build');

let programs: string;
let python: string;
let distributions: { wheel: string; source: string };

/** Runs a program in the package's folder, and returns its output, also if it fails. */
async function output(program: string, args: readonly string[], variables: object = {}) {
  const options = { cwd: packageFolder, env: { ...cleanEnvironment, ...variables } };
  const ended = await run(program, args, options).catch((error: unknown) => error);
  const { stdout, stderr } = ended as { stdout: string; stderr: string };
  return `${stdout}${stderr}`;
}

beforeAll(async () => {
  programs = await pythonPrograms('python');
  distributions = await buildDistributions();
  python = await installAlone(distributions.wheel, 'python-alone');
}, 2 * installMilliseconds);

it('has the version of the project, its types and its licence, and no dependency', async () => {
  const names = await output(python, ['-m', 'zipfile', '--list', distributions.wheel]);
  for (const name of ['mission_control_realtime/py.typed', 'licenses/LICENSE']) {
    expect(names).toContain(name);
  }
  expect(names).not.toMatch(/tests/);
  const listed = await output(python, ['-m', 'pip', 'list', '--format=freeze', '--exclude=pip']);
  const others = listed
    .split('\n')
    .filter((line) => line.includes('==') && !line.startsWith('setuptools'));
  expect(others).toEqual([`mission-control-realtime==${version}`]);
  expect(path.basename(distributions.source)).toBe(`mission_control_realtime-${version}.tar.gz`);
});

it(
  'passes its tests as an installed wheel, with a thousand generated events',
  async () => {
    // They are not in the repository: see docs/generator/vectors/vectors.ts.
    const generated = path.join(build, 'python-vectors/valid-events.json');
    await mkdir(path.dirname(generated), { recursive: true });
    await writeFile(generated, linesOf(validEvents(1_000, 7)));
    const where = 'import mission_control_realtime as package; print(package.__file__)';
    await expect(output(python, ['-c', where])).resolves.toContain('site-packages');
    const args = [
      '-W',
      'error::ResourceWarning',
      '-m',
      'unittest',
      'discover',
      '-t',
      '.',
      '-s',
      'tests',
    ];
    const said = await output(python, args, { GENERATED_VECTORS: generated });
    expect(said).toMatch(/^Ran \d+ tests in .*\n\nOK/m);
  },
  installMilliseconds,
);

it('has types that mypy checks strictly', async () => {
  const cache = ['--cache-dir', path.join(build, 'mypy')];
  const said = await output(path.join(programs, 'mypy'), [...cache, 'src', 'tests']);
  expect(said).toMatch(/^Success: no issues found/);
});

it('has no fault that ruff finds, and its format', async () => {
  const ruff = path.join(programs, 'ruff');
  await expect(output(ruff, ['check', '--no-cache', '.'])).resolves.toMatch(/^All checks passed/);
  const formatted = await output(ruff, ['format', '--no-cache', '--check', '.']);
  expect(formatted).toMatch(/^\d+ files already formatted\n$/);
});
