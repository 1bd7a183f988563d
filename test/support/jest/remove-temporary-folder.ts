// After all tests: nothing is left of them.
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';

/** Caches, which their owners put into any such folder: of tsx, and of Node.js for npm. */
const caches = /^(tsx-\w+|node-compile-cache)$/;

export default async function tearDown(): Promise<void> {
  const folder = tmpdir();
  const left = (await readdir(folder)).filter((name) => !caches.test(name));
  await rm(folder, { recursive: true, force: true });
  if (left.length > 0) {
    throw new Error(`Tests have left temporary files: ${left.sort().join(', ')}.`);
  }
}
