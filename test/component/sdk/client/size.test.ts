// What the client costs those who load it: bundled, minified, compressed.
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const project = path.resolve(__dirname, '../../../..');

async function bundled(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [path.join(project, entry)],
    external: ['react'],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

const gzipped = async (entry: string) => gzipSync(await bundled(entry), { level: 9 }).length;

it('the client has at most 6 KB, the React binding at most 1.5 KB more', async () => {
  const client = await gzipped('sdk/client/index.ts');
  const withReact = await gzipped('sdk/client/react/index.ts');
  expect(client).toBeLessThanOrEqual(6_000);
  expect(withReact - client).toBeLessThanOrEqual(1_500);
  // esbuild is another process, which a busy machine starts when it can.
}, 120_000);

// https://react.dev/reference/rsc/use-client
it('the React binding says that it is for clients, before anything else', async () => {
  const text = Buffer.from(await bundled('sdk/client/react/index.ts')).toString();
  expect(text).toMatch(/^"use client";/);
}, 120_000);
