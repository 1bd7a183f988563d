// No folder of source has so many files that somebody new cannot read their names at a glance.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { rooms } from '#test/support/rooms';

const project = path.resolve(__dirname, '../..');

/** The maximum number of files in a folder, without those of its subfolders. */
const mostFiles = 15;

/** Generated: it grows with each event type. */
const generated = path.join('docs', 'schemas');

/** The folders below a folder, itself included, that have too many files; documents are not counted. */
function crowded(folder: string): readonly string[] {
  if (folder === generated) return [];
  const entries = readdirSync(path.join(project, folder), { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.(?!md$)\w+$/u.test(entry.name));
  const isSource = (name: string) => !['node_modules', '__pycache__'].includes(name);
  const inner = entries.filter((entry) => entry.isDirectory() && isSource(entry.name));
  return [
    ...(files.length > mostFiles ? [`${folder}: ${files.length} files`] : []),
    ...inner.flatMap(({ name }) => crowded(path.join(folder, name))),
  ];
}

it('finds at most 15 files in each folder of source', () => {
  expect(rooms.flatMap(crowded)).toEqual([]);
});
