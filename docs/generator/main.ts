// `npm run build:docs`: writes the documents that are made of the code.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { abuseTables } from '#cost/abuse';
import { coalescingTables } from '#cost/coalescing-matrix';
import { fillIn } from '#cost/document';
import { documentTables } from '#cost/tables';
import { runAsProcess, withSentences, type Command } from '#local/commands/command';
import { parseArguments, UsageError } from '#local/commands/arguments';
import { documents } from './documents';

const help = `Writes docs/asyncapi.yaml and docs/schemas, and the tables of docs/scale-and-cost.md and docs/security.md.

Usage: npm run build:docs

  --help`;

const command: Command = withSentences(async (args, { print }) => {
  const given = parseArguments(args, { help: 'flag' });
  if (given.positionals.length > 0) throw new UsageError('build:docs takes no arguments.');
  if (given.flag('help')) {
    print(help);
    return 0;
  }
  const project = path.resolve(__dirname, '../..');
  rmSync(path.join(project, 'docs/schemas'), { recursive: true, force: true });
  for (const [file, text] of documents()) {
    mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    writeFileSync(path.join(project, file), text);
    print(file);
  }
  for (const [file, tables] of [
    ['docs/scale-and-cost.md', { ...(await documentTables()), ...(await coalescingTables()) }],
    ['docs/security.md', abuseTables()],
  ] as const) {
    const text = readFileSync(path.join(project, file), 'utf8');
    writeFileSync(path.join(project, file), fillIn(text, tables));
    print(file);
  }
  return 0;
});

if (require.main === module) void runAsProcess(command);
