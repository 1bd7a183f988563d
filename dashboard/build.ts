// `npm run build:dashboard`: writes the dashboard's files to build/dashboard, for any server of static files.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeResult } from '#sdk/packaging/packing';
import { bundleDashboard } from './bundle';

const project = path.resolve(__dirname, '..');

async function buildDashboard(directory: string): Promise<void> {
  const files = await bundleDashboard();
  await rm(directory, { recursive: true, force: true });
  for (const { path: name, contents } of files) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
  process.stdout.write(`${await describeResult(project, directory)}\n`);
}

void buildDashboard(path.join(project, 'build/dashboard'));
