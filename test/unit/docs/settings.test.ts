// The tables in docs/settings.md match the definitions of the settings.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fillIn } from '#cost/document';
import { settingTables } from '#docs/generator/settings';

const { settings = '', variables = '' } = settingTables();
const docs = path.resolve(__dirname, '../../../docs');

it('contains the current tables (npm run build:docs updates them)', () => {
  const text = readFileSync(path.join(docs, 'settings.md'), 'utf8');
  expect(text).toBe(fillIn(text, { settings, variables }));
});

it('lists each setting with its default, or with none', () => {
  expect(settings).toMatch(/^\| `coalesceMilliseconds` +\| `500` +\| Least time/m);
  expect(settings).toMatch(/^\| `gatewayUrl` +\| none +\| URL/m);
  expect(settings).toMatch(/^\| `tags` +\| `\{\}` +\| Tags/m);
});

it('lists each variable with its setting and the functions that read it', () => {
  expect(variables).toMatch(/^\| `STAGE` +\| `stage` +\| every function +\|$/m);
  expect(variables).toMatch(/^\| `GATEWAY_URL` +\| `gatewayUrl` +\| `health` +\|$/m);
  expect(variables).not.toContain('TAGS');
});
