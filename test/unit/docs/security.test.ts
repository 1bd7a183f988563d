// docs/security.md says what the model says.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { abuseTables } from '#cost/tables/abuse';
import { fillIn } from '#cost/document';

it('the tables are current: npm run build:docs', () => {
  const file = path.resolve(__dirname, '../../../docs/security.md');
  const text = readFileSync(file, 'utf8');
  expect(text).toBe(fillIn(text, abuseTables()));
});
