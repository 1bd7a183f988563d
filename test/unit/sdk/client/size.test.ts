// What the client costs those who load it: bundled, minified, compressed.
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const project = path.resolve(__dirname, '../../../..');

async function gzipped(entry: string): Promise<number> {
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
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

test('the client has at most 6 KB, the React binding at most 1.5 KB more', async () => {
  const client = await gzipped('sdk/client/index.ts');
  const withReact = await gzipped('sdk/client/react.ts');
  expect(client).toBeLessThanOrEqual(6_000);
  expect(withReact - client).toBeLessThanOrEqual(1_500);
  // esbuild is another process, which a busy machine starts when it can.
}, 120_000);
