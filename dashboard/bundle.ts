// Builds the dashboard's files with esbuild, for the local stack and for `npm run build:dashboard`.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const page = path.join(__dirname, 'page');

/** A file of the dashboard. */
export interface DashboardFile {
  /** Relative to the page, e.g. `index.html` or `assets/main-3VQ5XJ2M.js`. */
  readonly path: string;
  readonly contentType: string;
  /** Whether its name contains a hash of its content, so that it may be cached permanently. */
  readonly isHashed: boolean;
  readonly contents: Buffer;
}

/**
 * Builds all files except `config.json`, the page's configuration, which the server of the files provides.
 * @throws the error of esbuild, with file and line, if the build fails
 */
export async function bundleDashboard(): Promise<readonly DashboardFile[]> {
  const { outputFiles } = await build({
    absWorkingDir: page,
    entryPoints: ['main.tsx', 'style.css'],
    outdir: page,
    entryNames: 'assets/[name]-[hash]',
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    logLevel: 'silent',
  });
  const assets = outputFiles.map((file): DashboardFile => ({
    path: path.relative(page, file.path),
    contentType: file.path.endsWith('.css')
      ? 'text/css; charset=utf-8'
      : 'text/javascript; charset=utf-8',
    isHashed: true,
    contents: Buffer.from(file.contents),
  }));
  const nameOf = (extension: string) =>
    assets.find((asset) => asset.path.endsWith(extension))?.path ?? '';
  const template = await readFile(path.join(page, 'index.html'), 'utf8');
  const html = template
    .replace('style.css', () => nameOf('.css'))
    .replace('main.tsx', () => nameOf('.js'));
  const index = {
    path: 'index.html',
    contentType: 'text/html; charset=utf-8',
    isHashed: false,
    contents: Buffer.from(html),
  };
  return [index, ...assets];
}
