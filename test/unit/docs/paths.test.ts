// Every file that the documentation mentions exists, and every heading that it links to.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const project = path.resolve(__dirname, '../../..');
const documents = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'sdk/README.md',
  ...readdirSync(path.join(project, 'docs'), { recursive: true })
    .map((file) => `docs/${String(file)}`)
    .filter((file) => file.endsWith('.md')),
];

const rooms = ['infra', 'lambdas', 'sdk', 'dashboard', 'local', 'bench', 'cost', 'test', 'docs'];

/** Links of a document as paths in the project, with what follows the `#`. */
function linksOf(document: string): readonly (readonly [file: string, heading: string])[] {
  const text = readFileSync(path.join(project, document), 'utf8');
  return [...text.matchAll(/\]\((?!\w+:)([^)\s#]*)#?([^)\s]*)\)/g)].map(
    ([, target = '', heading = '']) => {
      const file = target === '' ? document : path.join(path.dirname(document), target);
      return [file, heading] as const;
    },
  );
}

/** What stands in backquotes and is a path into one of our folders. */
function pathsOf(document: string): readonly string[] {
  const text = readFileSync(path.join(project, document), 'utf8');
  return [...text.matchAll(/`([a-z]+(?:\/[\w.-]+)+\/?)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => rooms.includes(name.split('/')[0] ?? ''));
}

/** As GitHub names headings; and names that stand in the text, as those of generated tables do. */
function headingsOf(file: string): readonly string[] {
  const text = readFileSync(path.join(project, file), 'utf8');
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-'),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, name = '']) => name)];
}

it.each(documents)('%s mentions no file that is not there', (document) => {
  const named = [...pathsOf(document), ...linksOf(document).map(([file]) => file)];
  expect(named.filter((file) => !existsSync(path.join(project, file)))).toEqual([]);
});

it.each(documents)('%s links to no heading that is not there', (document) => {
  const lost = linksOf(document).filter(
    ([file, heading]) =>
      heading !== '' && file.endsWith('.md') && !headingsOf(file).includes(heading),
  );
  expect(lost).toEqual([]);
});

it('the architecture names many files, and they are found', () => {
  expect(pathsOf('docs/architecture.md').length).toBeGreaterThan(60);
  expect(linksOf('docs/architecture.md').length).toBeGreaterThan(10);
});
