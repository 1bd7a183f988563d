// The tables in docs/security.md match the model.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { abuseTables } from '#cost/tables/abuse';
import { fillIn } from '#cost/document';

it('contains the current tables (npm run build:docs updates them)', () => {
  const file = path.resolve(__dirname, '../../../docs/security.md');
  const text = readFileSync(file, 'utf8');
  expect(text).toBe(fillIn(text, abuseTables()));
});
