// `npm run build:docs`: writes the documents that are generated from the code.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { abuseTables } from '#cost/tables/abuse';
import { coalescingTables } from '#cost/tables/coalescing-matrix';
import { fillIn } from '#cost/document';
import { documentTables } from '#cost/tables/tables';
import { runAsProcess, withSentences, type Command } from '#sdk/command/command';
import { parseArguments, UsageError } from '#sdk/command/arguments';
import { apiReference } from './api-reference';
import { documents } from './documents';
import { pythonDefinitions } from './python-definitions';
import { settingTables } from './settings';
import { vectorFiles } from './vectors/vectors';

const help = `Writes docs/asyncapi.yaml, docs/schemas and docs/api, the tables of docs/scale-and-cost.md, docs/security.md and
docs/settings.md, sdk/vectors, and the definitions of the Python package.

Usage: npm run build:docs

  --check  writes nothing, and fails if docs/api is not current; unit tests check the other documents
  --help`;

const project = path.resolve(__dirname, '../..');

const command: Command = withSentences(async (args, { print }) => {
  const given = parseArguments(args, { help: 'flag', check: 'flag' });
  if (given.positionals.length > 0) throw new UsageError('build:docs takes no arguments.');
  if (given.flag('help')) {
    print(help);
    return 0;
  }
  if (given.flag('check')) {
    const stale = staleFiles('docs/api', await apiReference());
    for (const file of stale) print(`${file} is not what the code says: npm run build:docs`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const folder of ['docs/schemas', 'docs/api']) {
    rmSync(path.join(project, folder), { recursive: true, force: true });
  }
  const files = [documents(), await apiReference(), vectorFiles(), pythonDefinitions()];
  for (const [file, text] of files.flatMap((one) => [...one])) {
    mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    writeFileSync(path.join(project, file), text);
    print(file);
  }
  for (const [file, tables] of [
    ['docs/scale-and-cost.md', { ...(await documentTables()), ...(await coalescingTables()) }],
    ['docs/security.md', abuseTables()],
    ['docs/settings.md', settingTables()],
  ] as const) {
    const text = readFileSync(path.join(project, file), 'utf8');
    writeFileSync(path.join(project, file), fillIn(text, tables));
    print(file);
  }
  return 0;
});

/** The files of a folder that are missing, not current, or no longer generated. */
function staleFiles(folder: string, texts: ReadonlyMap<string, string>): readonly string[] {
  const there = new Set(readdirSync(path.join(project, folder)).map((file) => `${folder}/${file}`));
  return [...new Set([...there, ...texts.keys()])].filter(
    (file) =>
      !there.has(file) || readFileSync(path.join(project, file), 'utf8') !== texts.get(file),
  );
}

if (require.main === module) void runAsProcess(command);
