// The size of the client: bundled, minified and compressed.
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const project = path.resolve(__dirname, '../../../..');

/** Bundles a file of the client, or a module with a text. */
async function bundled(entry: { readonly file: string } | { readonly text: string }) {
  const folder = path.join(project, 'sdk/client');
  const { outputFiles } = await build({
    ...('file' in entry
      ? { entryPoints: [path.join(folder, entry.file)] }
      : { stdin: { contents: entry.text, resolveDir: folder } }),
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

const gzipped = async (entry: Parameters<typeof bundled>[0]) =>
  gzipSync(await bundled(entry), { level: 9 }).length;

const historyless = [
  ...['useAgent', 'useAgents', 'useConnection', 'useEvents', 'useMissionControl', 'useRegisters'],
  ...['useSessions', 'useWebSocket', 'MissionControlProvider'],
];

it('is at most 9.88 KB for the client, 2.2 KB more with its store, 1.8 KB more with the React binding, and 1.15 KB more with useHistory', async () => {
  const client = await gzipped({ text: "export { createMissionControl } from './index'" });
  const withStore = await gzipped({
    text: "export { createMissionControl, storeOf } from './index'",
  });
  const withReact = await gzipped({
    text: `export { ${historyless.join()} } from './react/index'`,
  });
  const withHistory = await gzipped({ file: 'react/index.ts' });
  expect(client).toBeLessThanOrEqual(9_880);
  expect(withStore - client).toBeLessThanOrEqual(2_200);
  expect(withReact - withStore).toBeLessThanOrEqual(1_820);
  // What is not imported is not in the bundle.
  expect(withHistory - withReact).toBeGreaterThan(500);
  expect(withHistory - withReact).toBeLessThanOrEqual(1_150);
  // esbuild is a separate process, which may start slowly on a busy machine.
}, 120_000);

// https://react.dev/reference/rsc/use-client
it('starts the bundle of the React binding with the directive "use client"', async () => {
  const text = Buffer.from(await bundled({ file: 'react/index.ts' })).toString();
  expect(text).toMatch(/^"use client";/);
}, 120_000);
