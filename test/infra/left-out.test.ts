// What is left out of the bundles of functions fails loudly if something uses it.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { bundling } from '#infra/build/bundle';

const run = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), 'mission-control-left-out-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a program that is bundled as functions are; returns what it prints. */
async function runBundled(program: string) {
  const resolveDir = bundling.absWorkingDir;
  const {
    outputFiles: [bundled],
  } = buildSync({
    ...bundling,
    ...{ stdin: { contents: program, resolveDir }, sourcemap: false, write: false },
  });
  const file = path.join(folder, 'program.mjs');
  writeFileSync(file, bundled?.contents ?? '');
  const { stdout } = await run(process.execPath, [file], {
    env: {},
  });
  return stdout.trim();
}

it('a use of HTTP/2 fails', async () => {
  const program = `import { connect } from 'node:http2';
    try { connect('http://127.0.0.1'); } catch ({ message }) { console.log(message); }`;
  await expect(runBundled(program)).resolves.toBe('The bundles of the functions have no HTTP/2.');
});
