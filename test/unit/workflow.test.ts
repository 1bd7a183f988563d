// The workflow of continuous integration: its versions of Node.js, its permissions, and its command.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { engines, version } from '../../package.json';

const project = path.resolve(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(project, file), 'utf8');

interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly strategy: { readonly matrix: { readonly node: readonly number[] } };
        readonly steps: readonly { readonly run?: string; readonly env?: object }[];
      }
    >
  >;
}

it('runs .ci/run with each supported version of Node.js, with read permissions only', () => {
  const { permissions, jobs } = parse(read('.github/workflows/ci.yml')) as Workflow;
  expect(permissions).toEqual({ contents: 'read' });
  expect(jobs['check']?.steps).toContainEqual({
    run: '.ci/run',
    env: expect.objectContaining({ NODE_VERSIONS: '${{ matrix.node }}' }) as unknown,
  });
  const supported = [...engines.node.matchAll(/(?:\^|>=)(\d+)/g)].map(([, major]) => Number(major));
  expect(jobs['check']?.strategy.matrix.node).toEqual(supported);
});

it('recommends the version of Node.js that Lambda runs', () => {
  expect(read('.nvmrc')).toBe('24\n');
});

it('has an entry for this version in the changelog', () => {
  expect(read('CHANGELOG.md')).toContain(`\n## [${version}] - `);
});

it('gives the Python package the version of the project', () => {
  expect(read('sdk/python/pyproject.toml')).toContain(`\nversion = "${version}"\n`);
  expect(read('sdk/python/LICENSE')).toBe(read('LICENSE'));
});

it.each(['README.md', 'docs/client.md', 'docs/construct.md', 'docs/reporting.md'])(
  'mentions no package of another version in %s',
  (file) => {
    const versions = [...read(file).matchAll(/mission-control-realtime\S*?-(\d+\.\d+\.\d+)\.tgz/g)];
    expect(versions.filter(([, named]) => named !== version)).toEqual([]);
  },
);
