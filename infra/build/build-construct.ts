// `npm run build:construct`: the package goes to build/construct, and, packed for `npm install`, beside that.
import path from 'node:path';
import { describeResult, pack } from '../../sdk/packaging/packing';
import { buildConstructPackage } from './construct-package';

async function build(): Promise<void> {
  const project = path.resolve(__dirname, '../..');
  const directory = path.join(project, 'build/construct');
  await buildConstructPackage(directory);
  const tarball = await pack(directory, path.join(project, 'build'));
  for (const made of [directory, tarball]) {
    process.stdout.write(`${await describeResult(project, made)}\n`);
  }
}

void build();
