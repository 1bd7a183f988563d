// The size of the client: bundled, minified and compressed.
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

it('is at most 8.9 KB for the client, and at most 1.5 KB more with the React binding', async () => {
  const client = await gzipped('sdk/client/index.ts');
  const withReact = await gzipped('sdk/client/react/index.ts');
  expect(client).toBeLessThanOrEqual(8_880);
  expect(withReact - client).toBeLessThanOrEqual(1_500);
  // esbuild is a separate process, which may start slowly on a busy machine.
}, 120_000);

// https://react.dev/reference/rsc/use-client
it('starts the bundle of the React binding with the directive "use client"', async () => {
  const text = Buffer.from(await bundled('sdk/client/react/index.ts')).toString();
  expect(text).toMatch(/^"use client";/);
}, 120_000);
