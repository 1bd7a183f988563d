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
async function runBundled(program: string, environment: Record<string, string> = {}) {
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
    env: { AWS_REGION: 'eu-central-1', ...environment },
  });
  return stdout.trim();
}

/** Posts a body to a server of its own with undici's client; prints the status of the answer, or the message of the error. */
const post = (body: string, options = '{}') => `
  import { createServer } from 'node:http';
  import Client from 'undici/lib/dispatcher/client.js';
  const server = createServer((request, response) => request.resume().on('end', () => response.end()));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new Client('http://127.0.0.1:' + server.address().port, ${options});
  const print = (text) => { console.log(text); process.exit(); };
  process.on('uncaughtException', ({ message }) => print(message));
  client.dispatch({ path: '/', method: 'POST', body: ${body} }, {
    onRequestStart() {},
    onResponseStart: (_, status) => print(status),
    onResponseData() {},
    onResponseEnd() {},
    onResponseError: (_, { message }) => print(message),
  });
`;

it('undici posts texts and buffers', async () => {
  await expect(runBundled(post(`'text'`))).resolves.toBe('200');
  await expect(runBundled(post(`Buffer.from('text')`))).resolves.toBe('200');
});

it('undici fails with the name of what is missing if it needs another parser or a form', async () => {
  const withoutSimd = runBundled(post(`'text'`), { UNDICI_NO_WASM_SIMD: '1' });
  await expect(withoutSimd).resolves.toContain(`Cannot find module '../llhttp/llhttp-wasm.js'`);
  const form = runBundled(post('new FormData()'));
  await expect(form).resolves.toContain(`Cannot find module '../web/fetch/body.js'`);
});

it('a use of HTTP/2 fails', async () => {
  const program = `import { connect } from 'node:http2';
    try { connect('http://127.0.0.1'); } catch ({ message }) { console.log(message); }`;
  await expect(runBundled(program)).resolves.toBe('The bundles of the functions have no HTTP/2.');
});
