// The tables in docs/scale-and-cost.md match the model.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { coalescingPlace } from '#cost/tables/coalescing-matrix';
import { fillIn } from '#cost/document';
import { documentTables } from '#cost/tables/tables';

const file = path.resolve(__dirname, '../../../docs/scale-and-cost.md');

it('contains the current tables (npm run build:docs updates them)', async () => {
  const text = readFileSync(file, 'utf8');
  const matrix = tableIn(text, coalescingPlace);
  expect(text).toBe(fillIn(text, { ...(await documentTables()), [coalescingPlace]: matrix }));
});

function tableIn(text: string, name: string): string {
  const [, table = ''] = new RegExp(`: ${name} -->\\n\\n([^]*?)\\n\\n<!-- end`).exec(text) ?? [];
  return table;
}

it('refuses a table without a place, and a place without a table', () => {
  const place = '<!-- npm run build:docs: one -->\nold\n<!-- end -->';
  expect(fillIn(`a\n${place}\nb`, { one: 'new' })).toBe(
    'a\n<!-- npm run build:docs: one -->\n\nnew\n\n<!-- end -->\nb',
  );
  expect(() => fillIn('a', { one: 'new' })).toThrow('There is no place for one.');
  expect(() => fillIn(place, {})).toThrow('There is no table called one.');
});
