// docs/settings.md says what the tables of settings say.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fillIn } from '#cost/document';
import { settingTables } from '#docs/generator/settings';

const { settings = '', variables = '' } = settingTables();
const docs = path.resolve(__dirname, '../../../docs');

it('the tables are current: npm run build:docs', () => {
  const text = readFileSync(path.join(docs, 'settings.md'), 'utf8');
  expect(text).toBe(fillIn(text, { settings, variables }));
});

it('a row has the default, and none for what is not there', () => {
  expect(settings).toMatch(/^\| `coalesceMilliseconds` +\| `500` +\| Least time/m);
  expect(settings).toMatch(/^\| `gatewayUrl` +\| none +\| URL/m);
  expect(settings).toMatch(/^\| `tags` +\| `\{\}` +\| Tags/m);
});

it('a variable is listed with its setting and its readers', () => {
  expect(variables).toMatch(/^\| `STAGE` +\| `stage` +\| every function +\|$/m);
  expect(variables).toMatch(/^\| `GATEWAY_URL` +\| `gatewayUrl` +\| `health` +\|$/m);
  expect(variables).not.toContain('TAGS');
});
