// Every use of `maySee` is needed: in a copy of the project, any one of them is replaced by "everything may be seen". Then a
// unit test of the same folder must fail, because otherwise nobody would notice if that use were removed.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

const project = path.resolve(__dirname, '../..');

interface Use {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** The calls of `maySee` in the source of the functions. */
function usesIn(file: string): Use[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(path.join(project, file), 'utf8'),
    ts.ScriptTarget.Latest,
  );
  const uses: Use[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(source) === 'maySee') {
      uses.push({ file, start: node.getStart(source), end: node.getEnd() });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return uses;
}

const uses = readdirSync(path.join(project, 'lambdas'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => path.join('lambdas', file))
  .flatMap(usesIn);

/** What the unit tests of the functions need. */
const copied = ['lambdas', 'sdk', 'cost', 'local', 'docs', 'test/support', 'test/unit/lambdas'];

let tree: string;

/** The folder with the unit tests of a file. */
const testsOf = (file: string) => path.join('test/unit', path.dirname(file));

/**
 * Runs unit tests of the copy until one fails.
 * @param folders the folders of the tests
 * @returns whether all passed, and what Jest printed
 */
async function runTests(
  ...folders: readonly string[]
): Promise<{ readonly passed: boolean; readonly output: string }> {
  // Its cache would stay in the folder for temporary files otherwise.
  const cache = path.join(tree, 'cache');
  const jest = path.join(tree, 'node_modules/jest/bin/jest.js');
  const run = promisify(execFile)(
    process.execPath,
    [
      ...[jest, ...folders, '--selectProjects', 'unit', '--bail', '--silent'],
      // In one process: workers would still write to the cache when Jest has ended at the first failure.
      ...['--runInBand', '--cacheDirectory', cache],
    ],
    { cwd: tree, maxBuffer: 64 * 2 ** 20 },
  );
  return run.then(
    ({ stderr }) => ({ passed: true, output: stderr }),
    (error: unknown) => ({ passed: false, output: (error as { readonly stderr: string }).stderr }),
  );
}

beforeAll(async () => {
  tree = await mkdtemp(path.join(os.tmpdir(), 'mission-control-mutation-'));
  for (const name of copied) {
    await cp(path.join(project, name), path.join(tree, name), { recursive: true });
  }
  const files = await readdir(project, { withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    await cp(path.join(project, file.name), path.join(tree, file.name));
  }
  await symlink(path.join(project, 'node_modules'), path.join(tree, 'node_modules'));
});

afterAll(() => rm(tree, { recursive: true, force: true }));

// Each run takes half a minute on a busy machine.
const timeout = 240_000;

it(
  'the unit tests of these folders pass as long as nothing is replaced',
  async () => {
    const { passed, output } = await runTests(...new Set(uses.map(({ file }) => testsOf(file))));
    expect([passed, passed ? '' : output]).toEqual([true, '']);
    expect(output).toMatch(/^Tests: +\d{3,} passed/m);
  },
  timeout,
);

it('maySee is used by fan-outs', () => {
  expect(uses.map(({ file }) => file)).toContain('lambdas/core/fan-out/post-lists.ts');
});

it.each(uses)(
  'a unit test fails without the use of maySee in $file at character $start',
  async ({ file, start, end }) => {
    const original = await readFile(path.join(tree, file), 'utf8');
    await writeFile(path.join(tree, file), `${original.slice(0, start)}true${original.slice(end)}`);
    try {
      const { output } = await runTests(testsOf(file));
      expect(output).toMatch(/^Tests: +[1-9]\d* failed/m);
      // A mutant that cannot be loaded proves nothing.
      expect(output).not.toContain('Test suite failed to run');
    } finally {
      await writeFile(path.join(tree, file), original);
    }
  },
  timeout,
);
