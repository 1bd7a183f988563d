// `npm run build`: the package goes to build/package, and, packed for `npm install` and `npm publish`, beside that.
import path from 'node:path';
import { buildPackage } from './sdk-package';
import { describeResult, pack } from './packing';

async function build(): Promise<void> {
  const project = path.resolve(__dirname, '../..');
  const directory = path.join(project, 'build/package');
  await buildPackage(directory);
  const tarball = await pack(directory, path.join(project, 'build'));
  for (const made of [directory, tarball]) {
    process.stdout.write(`${await describeResult(project, made)}\n`);
  }
}

void build();
