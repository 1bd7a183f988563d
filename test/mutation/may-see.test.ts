// Every use of `maySee` is needed: in a copy of the project, any one of them is replaced by "everything may be seen". Then a
// unit test must fail, because otherwise nobody would notice if that use were removed.
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

/** The number of failed and of passed tests in the copy. */
async function runTests(): Promise<{ readonly failed: number; readonly passed: number }> {
  // Its cache would stay in the folder for temporary files otherwise.
  const cache = path.join(tree, 'cache');
  const args = [
    '--selectProjects',
    'unit',
    '--json',
    '--silent',
    '--maxWorkers=2',
    '--cacheDirectory',
    cache,
  ];
  const jest = path.join(tree, 'node_modules/jest/bin/jest.js');
  const options = { cwd: tree, maxBuffer: 64 * 2 ** 20 };
  const run = promisify(execFile)(
    process.execPath,
    [jest, ...args, 'test/unit/lambdas/core'],
    options,
  );
  const { stdout } = await run.catch((error: unknown) => error as { readonly stdout: string });
  const { numFailedTests, numPassedTests, numRuntimeErrorTestSuites } = JSON.parse(
    stdout,
  ) as Record<'numFailedTests' | 'numPassedTests' | 'numRuntimeErrorTestSuites', number>;
  // A mutant that cannot be loaded proves nothing.
  expect(numRuntimeErrorTestSuites).toBe(0);
  return { failed: numFailedTests, passed: numPassedTests };
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
  'the unit tests of the copy pass as long as nothing is replaced',
  async () => {
    const { failed, passed } = await runTests();
    expect(failed).toBe(0);
    expect(passed).toBeGreaterThan(100);
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
      const { failed } = await runTests();
      expect(failed).toBeGreaterThan(0);
    } finally {
      await writeFile(path.join(tree, file), original);
    }
  },
  timeout,
);
