// Makes a package out of TypeScript sources: one file for each file of the source, so that bundlers take what is used and
// debuggers show it, with declarations, for each kind of module that is asked for.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { transform } from 'esbuild';
import { compile, withExtensions } from './compile';

const project = path.resolve(__dirname, '../..');

/** What package.json of this project says, and its packages repeat. */
export interface ProjectManifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly engines: object;
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface PackageRecipe {
  /** The names of files in the package are theirs within this folder, which is relative to the project. */
  readonly root: string;
  /** The files that can be imported, within `root`; what they import comes along. */
  readonly entries: readonly string[];
  /** Where the modules of each kind go, in the package: `.`, or a folder each. */
  readonly folders: Readonly<Partial<Record<ModuleKind, string>>>;
  readonly manifest: (project: ProjectManifest) => object;
  /** The text of its README.md. */
  readonly readme: string;
}

export type ModuleKind = 'esm' | 'cjs';

/** What `type` in package.json says of `.js` files. */
const types = { esm: 'module', cjs: 'commonjs' } as const;

/**
 * Writes the package: modules, declarations, package.json, README.md and the licence.
 * @param directory is emptied
 * @throws if the sources have a type error
 */
export async function writePackage(directory: string, recipe: PackageRecipe): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  const root = path.join(project, recipe.root);
  const compiled = compile(root, recipe.entries);
  for (const [kind, folder] of Object.entries(recipe.folders) as [ModuleKind, string][]) {
    for (const [file, text] of compiled.declarations) {
      await write(path.join(directory, folder, file), withExtensions(root, file, text));
    }
    for (const [file, text] of compiled.sources) {
      const code = withExtensions(root, file, await moduleOf(kind, text));
      await write(path.join(directory, folder, file), code);
    }
    if (folder !== '.') {
      const nested = { type: types[kind], sideEffects: false };
      await write(path.join(directory, folder, 'package.json'), json(nested));
    }
  }
  const manifest = JSON.parse(
    await readFile(path.join(project, 'package.json'), 'utf8'),
  ) as ProjectManifest;
  await write(path.join(directory, 'package.json'), json(recipe.manifest(manifest)));
  await write(path.join(directory, 'README.md'), recipe.readme);
  await cp(path.join(project, 'LICENSE'), path.join(directory, 'LICENSE'));
}

async function moduleOf(kind: ModuleKind, source: string): Promise<string> {
  const { code } = await transform(source, {
    loader: 'ts',
    format: kind,
    target: 'es2022',
    // Has esbuild list the exported names: without the list, ES modules cannot import them from CommonJS.
    ...(kind === 'cjs' ? { platform: 'node' } : {}),
  });
  return code;
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
