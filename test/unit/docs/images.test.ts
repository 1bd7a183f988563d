// The images of the documents: each is shown, says in words what it shows, and is small.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const docs = path.resolve(__dirname, '../../../docs');
const images = readdirSync(path.join(docs, 'images'));
const text = readFileSync(path.join(docs, 'dashboard.md'), 'utf8');

it('finds each image in docs/dashboard.md, with a text of its own for those who do not see it', () => {
  const shown = [
    ...text.matchAll(/!\[([^\]]+)\]\(images\/([^)]+)\)/g),
    ...[...text.matchAll(/<img src="images\/([^"]+)"[^>]* alt="([^"]+)"/g)].map(
      ([all, file, words]) => [all, words, file],
    ),
  ];
  expect(shown.map(([, , file]) => file).sort()).toEqual(images.sort());
  expect(new Set(shown.map(([, words]) => words)).size).toBe(images.length);
});

it.each(images)('finds at most 120 KB in %s', (image) => {
  expect(statSync(path.join(docs, 'images', image)).size).toBeLessThanOrEqual(120_000);
});
