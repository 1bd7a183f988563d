// Bundles each function: into the file that Lambda and the local stack import, and files that this one loads when it needs them.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buildSync, type BuildOptions, type Metafile } from 'esbuild';
import { bundledFunctions, bundlesFolder } from './bundled-functions';
import type { CodeOf } from '../constructs/base/service-function';

const project = path.resolve(__dirname, '../..');

/** What replaces the credential providers of the AWS SDK. https://esbuild.github.io/api/#alias */
const credentials = './lambdas/adapters/credentials/environment-credentials.ts';

/** What replaces HTTP/2. */
const http2 = './lambdas/adapters/http/no-http2.ts';

/** Defines `require` for CommonJS dependencies, because ES modules do not have it. */
const banner =
  "import { createRequire as createRequireOfBundle } from 'node:module';" +
  'const require = createRequireOfBundle(import.meta.url);';

/** How functions are bundled, whatever the function. */
export const bundling = {
  absWorkingDir: project,
  bundle: true,
  platform: 'node',
  format: 'esm',
  // Lambda runs Node.js 24; the local stack runs the same file on the developer's Node.js.
  target: 'node20',
  // ES modules first: only they can be tree-shaken. https://esbuild.github.io/api/#main-fields
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: true,
  // Stack traces need positions only; source texts would double the size that a cold start reads.
  sourcesContent: false,
  alias: { '@aws-sdk/credential-provider-node': credentials, 'node:http2': http2 },
  banner: { js: banner },
  logLevel: 'warning',
} satisfies BuildOptions;

/**
 * Bundles every `lambdas/<function>/index.ts` into `build/lambdas/<function>/index.mjs`, and what it imports with `import()` into
 * further files beside it. The same source results in the same bytes on every machine, and so in the same asset hash: an
 * unchanged function is not deployed again.
 * @throws the error of esbuild, with file and line, if a function cannot be built
 */
export function bundleFunctions(): CodeOf {
  const functions = readdirSync(path.join(project, 'lambdas')).filter((folder) =>
    existsSync(path.join(project, 'lambdas', folder, 'index.ts')),
  );
  for (const name of functions) bundleFunction(name, path.join(bundlesFolder, name));
  return bundledFunctions();
}

/** Bundles a function into a folder, and deletes what else is there. */
export function bundleFunction(name: string, folder: string): void {
  const { outputFiles, metafile } = buildSync({
    ...bundling,
    entryPoints: [`lambdas/${name}/index.ts`],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    chunkNames: '[name]-[hash]',
    write: false,
    metafile: true,
  });
  const needed = filesFrom(path.join(folder, 'index.mjs'), metafile.outputs);
  for (const { path: file, contents } of outputFiles) {
    if (needed.has(file.replace(/\.map$/, ''))) replace(file, contents);
  }
  for (const file of readdirSync(folder)) {
    if (!needed.has(path.join(folder, file.replace(/\.map$/, '')))) {
      rmSync(path.join(folder, file), { force: true });
    }
  }
}

/** A file and all that it imports. esbuild also writes what is imported only by code that it has left out. */
function filesFrom(
  file: string,
  outputs: Metafile['outputs'],
  found = new Set<string>(),
): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const output = path.relative(project, file).replaceAll(path.sep, '/');
  for (const { path: imported, external } of outputs[output]?.imports ?? []) {
    if (!external) filesFrom(path.join(project, imported), outputs, found);
  }
  return found;
}

/** Replaces a file atomically: stacks that start at the same time write to the same folder, and must not read incomplete files. */
function replace(file: string, contents: Uint8Array): void {
  if (existsSync(file) && readFileSync(file).equals(contents)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = path.join(
    path.dirname(path.dirname(file)),
    `.${String(process.pid)}.unfinished`,
  );
  writeFileSync(unfinished, contents);
  renameSync(unfinished, file);
}
