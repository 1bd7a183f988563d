// `npm run build:docs`: writes the documents that are made of the code.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runAsProcess, withSentences, type Command } from '../../local/commands/command';
import { parseArguments, UsageError } from '../../local/commands/arguments';
import { documents } from './documents';

const help = `Writes docs/asyncapi.yaml and docs/schemas.

Usage: npm run build:docs

  --help`;

const command: Command = withSentences((args, { print }) => {
  const given = parseArguments(args, { help: 'flag' });
  if (given.positionals.length > 0) throw new UsageError('build:docs takes no arguments.');
  if (given.flag('help')) {
    print(help);
    return Promise.resolve(0);
  }
  const project = path.resolve(__dirname, '../..');
  rmSync(path.join(project, 'docs/schemas'), { recursive: true, force: true });
  for (const [file, text] of documents()) {
    mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    writeFileSync(path.join(project, file), text);
    print(file);
  }
  return Promise.resolve(0);
});

if (require.main === module) void runAsProcess(command);
