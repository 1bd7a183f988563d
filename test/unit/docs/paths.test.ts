// Every file that the documentation mentions and every heading that it links to exists.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { rooms } from '#test/support/rooms';

const project = path.resolve(__dirname, '../../..');
const documents = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'sdk/README.md',
  'sdk/python/README.md',
  ...readdirSync(path.join(project, 'docs'), { recursive: true })
    .map((file) => `docs/${String(file)}`)
    .filter((file) => file.endsWith('.md')),
];

/** The links of a document: each one's path in the project, and its fragment. */
function linksOf(document: string): readonly (readonly [file: string, heading: string])[] {
  const text = readFileSync(path.join(project, document), 'utf8');
  return [...text.matchAll(/\]\((?!\w+:)([^)\s#]*)#?([^)\s]*)\)/g)].map(
    ([, target = '', heading = '']) => {
      const file = target === '' ? document : path.join(path.dirname(document), target);
      return [file, heading] as const;
    },
  );
}

/** The paths in backquotes that begin with a folder of the project. */
function pathsOf(document: string): readonly string[] {
  const text = readFileSync(path.join(project, document), 'utf8');
  return [...text.matchAll(/`([a-z]+(?:\/[\w.-]+)+\/?)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => rooms.includes(name.split('/')[0] ?? ''));
}

/** The anchors that GitHub derives from headings, and those in the text, such as those of generated tables. */
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

it.each(documents)('finds every file that %s mentions', (document) => {
  const named = [...pathsOf(document), ...linksOf(document).map(([file]) => file)];
  expect(named.filter((file) => !existsSync(path.join(project, file)))).toEqual([]);
});

it.each(documents)('finds every heading that %s links to', (document) => {
  const lost = linksOf(document).filter(
    ([file, heading]) =>
      heading !== '' && file.endsWith('.md') && !headingsOf(file).includes(heading),
  );
  expect(lost).toEqual([]);
});

it('reads the paths and links of docs/architecture.md', () => {
  expect(pathsOf('docs/architecture.md').length).toBeGreaterThan(60);
  expect(linksOf('docs/architecture.md').length).toBeGreaterThan(10);
});
