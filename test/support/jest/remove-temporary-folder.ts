// Runs after all tests: removes the folder for temporary files, and fails if the tests left files in it.
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';

/** Caches that tsx and Node.js put into the folder. */
const caches = /^(tsx-\w+|node-compile-cache)$/;

export default async function tearDown(): Promise<void> {
  const folder = tmpdir();
  const left = (await readdir(folder)).filter((name) => !caches.test(name));
  await rm(folder, { recursive: true, force: true });
  if (left.length > 0) {
    throw new Error(`Tests have left temporary files: ${left.sort().join(', ')}.`);
  }
}
